# CPython has lambda; here only def makes a function.
square = lambda n: n * n
print(square(5))
