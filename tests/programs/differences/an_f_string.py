# CPython has f-strings; here an f-string is refused before the program runs.
n = 5
print(f"n is {n}")
