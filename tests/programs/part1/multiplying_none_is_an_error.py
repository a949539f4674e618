# None takes part in no arithmetic.
def nothing():
    pass
print(nothing() * 2)
