# min needs at least one argument.
print(min())
