def share(cake, guests):
    return cake // guests

def party(guests):
    while guests >= 0:
        print(share(12, guests))
        guests -= 1

party(3)
