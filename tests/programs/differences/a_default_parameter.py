# CPython has default values; here every parameter needs its argument.
def increment(n, by=1):
    return n + by
print(increment(5))
