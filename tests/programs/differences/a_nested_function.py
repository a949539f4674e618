# CPython has functions in functions; here a def stands at module level only.
def outer(n):
    def inner():
        return n + 1
    return inner()
print(outer(1))
