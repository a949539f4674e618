# A return needs a function around it.
print("not printed")
if True:
    return 1
