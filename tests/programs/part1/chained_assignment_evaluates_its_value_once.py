# A chained assignment evaluates its value once and gives it to every target.
def show(n):
    print("show", n)
    return n
a = b = c = show(7)
print(a, b, c)
b += 1
print(a, b, c)
p, q = r, s = 1, 2
print(p, q, r, s)
