# The body of the loop runs `def` twice, and CPython makes two functions of it.
previous = None
for i in range(2):
    def f():
        pass
    if i == 1:
        print(previous is f)
    previous = f
