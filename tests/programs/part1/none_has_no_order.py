# None cannot be ordered, also not in the middle of a chain.
print(1 < 2 < 3, None == None)
print(3 > 2 >= None)
