def f(x):
    if x is None or x is not True:
        return +x
    return -~x
