# A built-in is a value like any other function: it can be passed, stored and compared.
def apply(f, n):
    return f(n)
print(apply(abs, -3))
say = print
say(abs is abs, abs == max, min != max)
