# A global statement lets a function create and change variables of the module.
counter = 0
def count():
    global counter, last
    counter += 1
    last = "count"
    return counter
def reset():
    global counter
    for counter in range(100, 102):
        pass
count()
count()
print(counter, last)
reset()
print(counter, count(), counter)
