# A name must be declared global before it is assigned.
def f():
    x = 1
    global x
f()
