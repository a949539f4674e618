# A range has a stop; a start and a stop; or a start, a stop and a step; bools count as integers.
def one(stop):
    for i in range(stop):
        print("one", i)
def two(start, stop):
    for i in range(start, stop):
        print("two", i)
def three(start, stop, step):
    for i in range(start, stop, step):
        print("three", i)
one(3)
one(0)
one(-3)
two(-2, 2)
two(2, 2)
two(3, 1)
three(0, 10, 4)
three(10, 0, -3)
three(5, 5, -1)
three(0, 5, -1)
three(5, 0, 1)
three(-1, -8, -7)
one(True)
one(False)
three(True, 4, True)
