# The else of a loop is outside that loop, so a break there leaves the next outer one.
for i in range(2, 6):
    for d in range(2, 4):
        if i % d == 0:
            print(i, "is divisible by", d)
            break
    else:
        print(i, "ends the search")
        break
else:
    print("not printed")
n = 0
while n < 3:
    n += 1
    while n == 9:
        pass
    else:
        continue
    print("not printed")
print("after", n)
