# CPython warns about these two expressions; the values are what counts.
x = 1
print(x is 1, x is not 1)
x = True
print(~x, ~(not x))
