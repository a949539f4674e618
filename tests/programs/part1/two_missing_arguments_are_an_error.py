# Two missing arguments are joined by the word and.
def f(a, b, c):
    return a
f(1)
