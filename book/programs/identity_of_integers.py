# CPython has one object for each integer from -5 to 256.
print(255 + 1 is 256)
thousand = 1000
print(999 + 1 is thousand)
