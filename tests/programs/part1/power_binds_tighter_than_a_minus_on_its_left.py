# Power binds tighter than a unary minus on its left, and groups from the right.
print(2 ** 10, -2 ** 2, (-2) ** 2, (-2) ** 3, 2 ** 3 ** 2, (2 ** 3) ** 2)
print(0 ** 0, 0 ** 5, 5 ** 0, (-5) ** 0, True ** True, 2 ** True)
print(2 ** 61, 3 ** 39, (-7) ** 21, 10 ** 18)
print(1 ** 10 ** 15, 0 ** 10 ** 15, (-1) ** 10 ** 15, (-1) ** (10 ** 15 + 1))
