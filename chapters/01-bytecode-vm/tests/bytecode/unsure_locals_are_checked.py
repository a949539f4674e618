def f(flag):
    if flag:
        x = 1
        print(x)
    print(x)
    while flag:
        y = x
    return y
