# CPython has floats; here a float literal is refused before the program runs.
print("not printed here")
print(1.5)
