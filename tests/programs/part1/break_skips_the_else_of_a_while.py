# A break leaves a while loop without running its else.
n = 10
while n > 0:
    n -= 3
    if n == 4:
        print("break at", n)
        break
    print(n)
else:
    print("not printed")
print("after", n)
