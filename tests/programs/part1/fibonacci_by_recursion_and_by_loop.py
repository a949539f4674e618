# Two ways to a Fibonacci number give the same result.
def recursive(n):
    return n if n < 2 else recursive(n - 1) + recursive(n - 2)
def loop(n):
    a, b = 0, 1
    for i in range(n):
        a, b = b, a + b
    return a
for n in range(10, 18):
    print(n, recursive(n), recursive(n) == loop(n))
print(loop(89))
