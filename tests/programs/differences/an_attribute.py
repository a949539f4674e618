# CPython's values have attributes; here an attribute is refused before the program runs.
n = 6
print(n.real)
