# An error in a condition, here an order between an int and a str, names the line of the condition.
limit = 3
n = 0
while n < limit:
    n += 1
    print(n)
    if n == 2:
        limit = "three"
print("not reached")
