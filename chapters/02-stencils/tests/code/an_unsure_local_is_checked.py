def f(a):
    if a:
        b = 1
    return b
