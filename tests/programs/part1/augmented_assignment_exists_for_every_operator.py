# Every binary operator has its augmented assignment.
n = 5
n += 37
print(n)
n -= 2
print(n)
n *= 3
print(n)
n //= 7
print(n)
n %= 10
print(n)
n **= 3
print(n)
n <<= 4
print(n)
n >>= 3
print(n)
n |= 1025
print(n)
n &= -8
print(n)
n ^= 255
print(n)
