# CPython prints a built-in; here a built-in can only be called.
print("before")
print(abs)
