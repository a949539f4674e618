# An expression may hold twenty and more operands on the stack before it adds up.
print(1 + 2 + 3 + 4 + 5 + 6 + 7 + 8 + 9 + 10 + 11 + 12 + 13 + 14 + 15 + 16 + 17 + 18 + 19 + 20)
print((1 - (2 - (3 - (4 - (5 - (6 - (7 - (8 - (9 - (10 - (11 - (12 - (13 - (14 - (15 - (16 - (17 - (18 - (19 - (20 - 21)))))))))))))))))))))
def f(a, b):
    return a * 2 - b
print(f(1, f(2, f(3, f(4, f(5, f(6, f(7, f(8, f(9, f(10, f(11, f(12, 13)))))))))))))
print(1, 2 + 3, 4, f(5, 6), 7 * 8, 9 if 0 else 11, not 12, 13 or 14, 15 < 16 < 17, -18)
