def inside(a, b, c):
    if a < b <= c:
        print("inside")
    return a < b <= c
