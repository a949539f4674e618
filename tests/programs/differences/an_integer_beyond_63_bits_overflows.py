# CPython's integers never overflow; here a result beyond 63 bits raises OverflowError.
n = 1
for i in range(70):
    n *= 2
print(n)
