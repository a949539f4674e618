# The else of a for runs only when no break has found a divisor up to the square root.
def isqrt(n):
    x = n
    y = (x + 1) // 2
    while y < x:
        x = y
        y = (x + n // x) // 2
    return x
def smallest_divisor(n):
    for d in range(2, isqrt(n) + 1):
        if n % d == 0:
            break
    else:
        return None
    return d
count = 0
for n in range(2, 1000):
    if smallest_divisor(n) is None:
        count += 1
        prime = n
print(count, prime, smallest_divisor(1000003), smallest_divisor(999999), smallest_divisor(91))
print(isqrt(0), isqrt(99), isqrt(100), isqrt(10 ** 18), isqrt(10 ** 18 - 1))
