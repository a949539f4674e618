# The remainder has the sign of the divisor, so that a == b * (a // b) + a % b.
print(7 % 3, -7 % 3, 7 % -3, -7 % -3)
print(6 % 3, -6 % 3, 6 % -3, True % 2, 5 % True)
for a in range(-5, 6):
    for b in range(1, 5):
        if b * (a // b) + a % b != a or -b * (a // -b) + a % -b != a:
            print("broken for", a, b)
print("holds")
