# CPython has lists; here a list display is refused before the program runs.
print("not printed here")
numbers = [1, 2, 3]
