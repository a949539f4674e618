# A parenthesis that is never closed is reported where it opens.
def f(n):
    return n
print(1)
f(1
