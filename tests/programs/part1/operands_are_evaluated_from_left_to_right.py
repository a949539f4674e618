# The function, the arguments and the operands are evaluated from left to right.
def show(n):
    print("show", n)
    return n
def pick():
    print("pick")
    return add3
def add3(a, b, c):
    return a + b * c
print(show(1) + show(2) * show(3))
print((show(2) ** show(1)) << show(3))
print(pick()(show(4), show(5), show(6)))
print(max(show(7), show(8)), show(9))
