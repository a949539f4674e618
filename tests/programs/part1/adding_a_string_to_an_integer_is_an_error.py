# An integer and a string cannot be added.
n = 1
print(n + "a")
