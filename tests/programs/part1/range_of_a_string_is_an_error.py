# The arguments of range must be integers.
for i in range("a"):
    print("not reached")
