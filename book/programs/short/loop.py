def sum_below(n):
    total = 0
    i = 0
    while i < n:
        total += i
        i += 1
    return total

print(sum_below(1_000))
