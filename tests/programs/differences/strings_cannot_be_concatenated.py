# CPython joins two strings with +; here that raises NotImplementedError.
greeting = "hello, "
print(greeting + "world")
