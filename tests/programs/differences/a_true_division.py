# CPython's / gives a float; here the operator is refused before the program runs.
print("not printed here")
print(6 / 3)
