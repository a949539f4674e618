# An augmented assignment names itself in its error.
n = 2
n **= 3
print(n)
n **= None
