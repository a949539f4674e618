# An error in the else of a loop, here a remainder by zero, names that line.
for i in range(3):
    print(i)
else:
    print("else")
    i %= i - i
print("not reached")
