def f(x):
    while True:
        if x:
            return 1
            print("never")
        else:
            continue
            x = 2
    return 3
