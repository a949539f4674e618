# A line that leaves a block must return to an outer level.
if True:
        print(1)
    print(2)
