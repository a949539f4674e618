# A range needs at least a stop.
for i in range():
    print("not reached")
