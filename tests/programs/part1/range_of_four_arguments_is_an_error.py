# A range takes three arguments at most.
for i in range(1, 2, 3, 4):
    print("not reached")
