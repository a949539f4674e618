def gcd(a, b):
    while b:
        a, b = b, a % b
    return a
a, a, b = 1, 2, 3
