def f(a):
    return a is not None
