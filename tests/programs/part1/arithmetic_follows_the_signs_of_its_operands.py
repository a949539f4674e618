# Addition, subtraction and multiplication work for every combination of signs.
print(7 + 3, 7 + -3, -7 + 3, -7 + -3)
print(7 - 3, 7 - -3, -7 - 3, -7 - -3)
print(7 * 3, 7 * -3, -7 * 3, -7 * -3)
print(0 + 0, 0 - 0, 0 * -5, -0)
print(2147483647 + 1, -2147483648 - 1, 65536 * 65536, 3037000499 * 1000000007)
