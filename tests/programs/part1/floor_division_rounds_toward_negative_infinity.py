# Floor division rounds down, not toward zero.
print(7 // 2, -7 // 2, 7 // -2, -7 // -2)
print(6 // 3, -6 // 3, 6 // -3, -6 // -3)
print(1 // 3, -1 // 3, 1 // -3, 0 // -3)
print(True // 2, False // True, 4611686018427387903 // -1)
