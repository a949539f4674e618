# After a loop its variable keeps the last value; an empty range leaves it alone.
i = "before"
for i in range(0):
    pass
print(i)
for i in range(5, 8):
    pass
print(i)
for i in range(10, 0, -4):
    pass
print(i)
for i in range(3):
    print("before", i)
    i *= 100
print("after", i)
for i in range(3):
    for i in range(20, 22):
        pass
print(i)
def last():
    for k in range(4):
        k = None
    return k
print(last())
