# Zero, False, None and the empty string are false; everything else is true.
def truth(value):
    if value:
        return "true"
    return "false"
print(truth(0), truth(1), truth(-1), truth(2 - 2))
print(truth(True), truth(False), truth(None))
print(truth(""), truth("0"), truth(" "), truth(truth))
print(not 0, not 7, not "", not "x", not None, not truth, not not 3)
n = 3
while n:
    n -= 1
print(n)
