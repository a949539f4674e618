# A name assigned in a function is local there; the global of that name is untouched.
x = "global"
y = "global"
def shadow(y):
    x = "local"
    y = y + 1
    print(x, y)
def read():
    print(x, y)
shadow(1)
read()
def loop():
    for x in range(2):
        pass
    return x
print(loop(), x)
