# A continue needs a loop in the same function.
for i in range(3):
    def f():
        continue
