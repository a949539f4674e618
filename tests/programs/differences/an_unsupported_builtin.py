# CPython has many built-ins more; here len and the others are not there yet.
print(len("abc"))
