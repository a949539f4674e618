# CPython has keyword arguments; here all arguments are positional.
print("no newline", end="")
