# An augmented assignment that fails leaves its global alone and names the += operator.
total = 1
def add(n):
    global total
    total += n
    print(total)
add(2)
add(None)
