# A second def binds the name anew; whoever holds the old function keeps it.
def f():
    return "first"
old = f
def caller():
    return f()
print(f(), caller())
def f():
    return "second"
print(f(), caller(), old(), f == old)
f = 3
print(f, old())
