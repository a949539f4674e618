# A function without parameters takes no argument.
def f():
    return 1
f(1)
