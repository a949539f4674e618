def double(n):
    return n + n

total = 0
for i in range(1_000_000):
    total += double(i)
print(total)
