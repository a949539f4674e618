# A def inside an if or a loop of the module runs when it is reached.
flag = 3
if flag > 2:
    def f():
        return "large"
else:
    def f():
        return "small"
print(f())
for i in range(3):
    def f():
        return i * 10
    print(f())
while flag:
    flag = 0
    def g(): return f() + 1
print(g())
