# Negative integers behave as if they had endless one bits on the left.
print(12 & 10, 12 | 10, 12 ^ 10)
print(-12 & 10, -12 | 10, -12 ^ 10)
print(12 & -10, 12 | -10, 12 ^ -10)
print(-12 & -10, -12 | -10, -12 ^ -10)
print(~0, ~5, ~-1, ~-6, ~~7)
print(4611686018427387903 & -1, 4611686018427387903 ^ -1, ~4611686018427387903)
