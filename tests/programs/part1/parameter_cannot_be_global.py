# A parameter cannot be declared global.
def f(x):
    global x
    return x
f(1)
