# The else of a loop runs when the loop runs out, also after continue or no round at all.
n = 0
while n < 3:
    n += 1
    if n == 2:
        continue
    print("while", n)
else:
    print("else of while", n)
for i in range(4):
    if i % 2:
        continue
    print("for", i)
else:
    print("else of for", i)
while False:
    print("never")
else:
    print("else of no round")
for i in range(0):
    print("never")
else:
    print("else of an empty range")
