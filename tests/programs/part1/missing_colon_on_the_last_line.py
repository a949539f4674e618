# A syntax error on the last line prevents the first line from running.
print("not printed")
def f(n):
    return n
while f(1)
