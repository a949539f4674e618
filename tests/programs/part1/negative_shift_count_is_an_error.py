# A negative shift count raises ValueError, for zero too.
n = 3
while True:
    print(0 >> n, 1 << n)
    n -= 2
