# A range cannot have the step zero.
print("before")
for i in range(1, 10, 0):
    print("not reached")
