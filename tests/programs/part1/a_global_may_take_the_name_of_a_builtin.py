# A function or a variable of the module hides the built-in of the same name.
print(abs(-5), min(4, 3))
def abs(x):
    return "my abs"
print(abs(-5))
min = 41
print(min + 1)
def shadow(max, range):
    return max + range
print(shadow(1, 2), max(1, 2))
def print_twice(print):
    return print * 2
print(print_twice(8))
