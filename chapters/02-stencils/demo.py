def sum_below(n):
    total = 0
    i = 0
    while i < n:
        total += i
        i += 1
    return total

def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)

print(sum_below(1000000))
print(fib(20))
