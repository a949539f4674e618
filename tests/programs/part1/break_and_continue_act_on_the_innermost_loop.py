# In nested loops, break and continue act on the innermost loop only.
for i in range(4):
    j = 0
    while True:
        j += 1
        if j == 2:
            continue
        if j > i:
            break
        print("inner", i, j)
    else:
        print("not printed")
    if i == 1:
        continue
    for k in range(3):
        if k == i:
            break
    else:
        print("no break for", i)
        continue
    print("after", i, j, k)
else:
    print("outer else")
