# A break needs a loop around it, and the else of a loop is not in it.
for i in range(3):
    print(i)
else:
    break
