# CPython's 2 ** -1 is the float 0.5; here there are no floats.
n = -1
print(2 ** n)
