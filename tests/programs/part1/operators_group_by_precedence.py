# The operators group as Python's precedence table says.
print(2 + 3 * 4, (2 + 3) * 4, 10 - 4 - 3, 10 - (4 - 3))
print(1 << 2 + 1, (1 << 2) + 1, 8 >> 1 << 2)
print(6 & 3 << 1, 1 | 2 ^ 3 & 4, 5 & 3 == 1, (5 & 3) == 1)
print(-3 // 2, -(3 // 2), 7 // 2 * 2, 7 % 4 * 2, ~1 + 2, -2 ** 2 * 3)
print(not 1 == 2, not True or True, True or False and False, 1 if 0 else 2 or 3)
