# Only functions can be called; the arguments are evaluated first.
def f(n):
    print("f", n)
    return n
print(f(1)(f(2)))
