# A return leaves every loop around it and runs no else.
def first_pair(total):
    for a in range(10):
        b = 10
        while b > 0:
            b -= 1
            if a * b == total:
                return a * 10 + b
        else:
            pass
    else:
        print("no pair for", total)
    return None
print(first_pair(12), first_pair(49), first_pair(0))
print(first_pair(11))
