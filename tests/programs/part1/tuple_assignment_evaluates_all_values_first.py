# A tuple assignment evaluates all its values, then stores them from left to right.
a, b = 1, 2
a, b = b, a
print(a, b)
a, b, c = b, a + b, a * 10
print(a, b, c)
(a, b, c) = (c, a, b)
print(a, b, c)
x, x = 1, 2
print(x)
def show(n):
    print("show", n)
    return n
p, q = show(5), show(6)
print(q - p)
def gcd(a, b):
    while b:
        a, b = b, a % b
    return abs(a)
print(gcd(1071, 462), gcd(-48, 36), gcd(0, 7), gcd(17, 5), gcd(2 ** 60, 6 ** 20))
