# A string in single quotes must end on the line on which it begins.
x = 1
print("no end)
print(x)
