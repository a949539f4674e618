# CPython has tuples as values; here a tuple only stands on both sides of an assignment.
print("not printed here")
pair = 1, 2
