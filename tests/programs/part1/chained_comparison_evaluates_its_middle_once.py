# A chained comparison evaluates each operand once and stops at the first false one.
def show(n):
    print("show", n)
    return n
print(show(1) < show(2) < show(3))
print(show(3) < show(2) < show(1))
print(show(1) < show(5) > show(2) != show(2))
print(-2 < -1 <= -1, 1 >= 1 > 0, 2 >= 3, 4 <= 3, 2 > 2)
print(1 < 2 < 3 < 4, 1 < 3 < 2, 1 == 1 != 2, 3 > 2 > 1 > 0 > -1)
if 1 < show(2) <= 2:
    print("inside")
while show(0) < show(1) < show(0):
    print("never")
