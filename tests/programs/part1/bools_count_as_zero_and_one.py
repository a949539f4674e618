# A bool counts as 0 or 1 in arithmetic, which gives an int, and in order.
print(True + True, True - True, True * True, True + 5, 3 * False)
print(True // True, True % True, True ** 3, True << 2)
print(-True, +True, -False, +False, abs(True), abs(False))
print(True & 3, 6 | True, 1 ^ True)
print(False < True, True < 2, True <= 1, True >= 2, True > False, True > -1)
count = 0
for n in range(20):
    count += n % 3 == 0
print(count)
