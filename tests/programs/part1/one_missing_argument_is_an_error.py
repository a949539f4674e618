# A call with too few arguments names the one that is missing.
def f(a):
    return a
f()
