# A name must be declared global before it is used.
x = 1
def f():
    print(x)
    global x
f()
