# CPython prints a function with its address; here that raises NotImplementedError.
def f():
    pass
print("before")
print(f)
