# A name assigned anywhere in a function is local everywhere in it.
x = 1
def f(flag):
    if flag:
        x = 2
    return x
print(f(True))
print(f(False))
