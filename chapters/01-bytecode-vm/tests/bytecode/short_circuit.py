def pick(a, b, c):
    x = a and b or c
    if not (a or b) and c:
        x = not x
    return x
