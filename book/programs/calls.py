def tak(x, y, z):
    if y >= x:
        return z
    return tak(tak(x - 1, y, z), tak(y - 1, z, x), tak(z - 1, x, y))

def is_even(n):
    return True if n == 0 else is_odd(n - 1)

def is_odd(n):
    return False if n == 0 else is_even(n - 1)

def count_even(limit):
    count = 0
    for n in range(limit):
        if is_even(n):
            count += 1
    return count

def square(n):
    return n * n

def step(n):
    return 3 * n + 1

def twice(f, n):
    return f(f(n))

def mix(rounds):
    total = 0
    for i in range(rounds):
        total = (total + twice(square, i & 15) + twice(step, i)) & 65_535
    return total

print(tak(24, 16, 8), count_even(950), mix(1_000_000))
