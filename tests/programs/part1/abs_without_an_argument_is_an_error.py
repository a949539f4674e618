# abs takes exactly one argument.
print(abs(-1))
print(abs())
