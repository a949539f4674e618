def steps(n):
    count = 0
    while n != 1:
        n = 3 * n + 1 if n & 1 else n // 2
        count += 1
    return count

def longest(limit):
    best = 1
    most = 0
    for n in range(1, limit):
        count = steps(n)
        if count > most:
            best = n
            most = count
    return best

print(longest(30))
