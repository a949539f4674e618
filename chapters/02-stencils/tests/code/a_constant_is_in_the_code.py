def f():
    return 2 + 40
