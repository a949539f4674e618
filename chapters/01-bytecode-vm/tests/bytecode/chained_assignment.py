def f():
    x = y = 1
    a, b = c, d = x, y
    return a
