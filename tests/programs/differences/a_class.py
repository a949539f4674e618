# CPython has classes; here a class is refused before the program runs.
print("not printed here")
class Point:
    pass
