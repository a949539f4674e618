# A literal is not a variable.
x = 1
1 = x
