# CPython collects the rest with a star; here that is refused before the program runs.
a, *b = 1, 2, 3
print(a)
