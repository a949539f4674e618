# A call with too many arguments tells both numbers; the function is not entered.
def f(a, b):
    print("not reached")
g = f
print(g(1, 2, 3))
