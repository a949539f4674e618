def search(n):
    for i in range(n):
        if i % 2:
            continue
        if i > 5:
            break
    else:
        return None
    while n:
        n -= 1
    else:
        n = 7
    return i
