# Three missing arguments are a list with a comma before the word and.
def f(first, second, third):
    return first
def g():
    return f()
g()
