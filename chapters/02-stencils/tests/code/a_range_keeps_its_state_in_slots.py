def f(n):
    for i in range(n):
        pass
