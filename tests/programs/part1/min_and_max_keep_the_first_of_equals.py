# min and max take two or more integers or bools and keep the first of equal ones.
print(min(3, 2), max(3, 2), min(2, 3), max(2, 3))
print(min(5, 1, 4, 1, 5), max(5, 9, 2, 6, 9), min(-1, 0, 1), max(-1, -2))
print(min(True, 1), min(1, True), max(0, False), max(False, 0), min(True, False))
print(abs(-7), abs(7), abs(0), abs(min(-3, -9)), max(abs(-4), 3))
