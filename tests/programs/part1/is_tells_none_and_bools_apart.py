# Identity with None, True and False is stricter than equality.
def nothing():
    pass
one, zero, yes, name = 1, 0, True, ""
print(None is None, None is not None, nothing() is None, nothing is None)
print(one is None, zero is not None, name is None, one == True)
print(yes is True, yes is False, yes is not True, (1 < 2) is True, (not yes) is False)
print(one is True, zero is False, zero is not False)
