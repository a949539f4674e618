# A shift count may exceed the width of a machine word.
print(1 << 0, 1 << 10, 1 << 61, -1 << 61, 5 << 3, -5 << 3)
print(0 << 100, 0 << 10 ** 15, False << 64)
print(1000 >> 3, 1 >> 1, 1 >> 63, 1 >> 64, 1 >> 100, 1 >> 10 ** 15)
print(-1000 >> 3, -1 >> 1, -5 >> 1, -1 >> 64, -1 >> 100, -7 >> 10 ** 15)
print(True << 3, True >> True, 4611686018427387903 >> 61)
