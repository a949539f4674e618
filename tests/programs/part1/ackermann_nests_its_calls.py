# Ackermann's function passes the result of one recursive call to the next.
def ackermann(m, n):
    if m == 0:
        return n + 1
    if n == 0:
        return ackermann(m - 1, 1)
    return ackermann(m - 1, ackermann(m, n - 1))
for m in range(3):
    print(m, ackermann(m, 0), ackermann(m, 1), ackermann(m, 5))
print(ackermann(3, 5))
