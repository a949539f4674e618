# A conditional expression evaluates its condition and then one of its branches.
def show(n):
    print("show", n)
    return n
print(show(1) if True else show(2))
print(show(1) if "" else show(2))
print("odd" if show(3) % 2 else "even")
def sign(n):
    return 1 if n > 0 else -1 if n < 0 else 0
print(sign(9), sign(-9), sign(0))
x = (1 if None else 2) + (3 if sign else 4)
print(x)
