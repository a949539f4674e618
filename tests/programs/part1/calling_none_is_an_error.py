# What a function without a return gives cannot be called.
def f():
    pass
x = f()
x()
