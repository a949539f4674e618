# A string on the left of + has an error message of its own.
s = "a"
print(s + 1)
