# A function cannot have two parameters of the same name.
def f(a, b, a):
    return b
