# Strings have no subtraction.
print("a" - 1)
