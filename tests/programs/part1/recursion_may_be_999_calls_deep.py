# Besides the module, 999 calls may be active at once, again and again.
def depth(n):
    return 1 if n == 1 else 1 + depth(n - 1)
print(depth(999))
print(depth(999))
def is_even(n):
    return True if n == 0 else is_odd(n - 1)
def is_odd(n):
    if n == 0:
        print("deepest")
        return False
    return is_even(n - 1)
print(is_even(998), is_odd(998), is_even(7), is_odd(7))
