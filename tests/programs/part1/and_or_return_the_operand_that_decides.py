# The operators and and or return one of their operands and evaluate no more than needed.
def show(value):
    print("show", value)
    return value
print(show(0) and show(1))
print(show(2) and show(3))
print(show(0) or show(""))
print(show("x") or show(1))
print(show(None) or show(False) and show(9) or show(7))
print(0 or None, None and 5, "" or "default", 1 and 2 and 3, 0 or 0 or 4)
if show(1) and not show(0) or show(2):
    print("taken")
