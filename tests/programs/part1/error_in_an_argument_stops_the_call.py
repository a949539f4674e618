# When an argument fails, here abs of a string, the call does not happen.
def show(n):
    print("show", n)
    return n
print(show(1), abs(show("a")), show(2))
