count = 0
def bump(step):
    global count
    count += step
bump(2)
print(count)
