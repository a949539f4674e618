# A keyword cannot name a variable.
x = 1
while = x
