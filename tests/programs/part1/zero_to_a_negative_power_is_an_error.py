# Zero has no negative power.
n = 0
print(n ** 0)
print(n ** -1)
