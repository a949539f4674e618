# The arguments of range are evaluated once, before the first round.
def show(n):
    print("show", n)
    return n
n = 3
for i in range(show(0), show(n), show(1)):
    n = 100
    print(i, n)
for n in range(n - 98):
    print(n)
