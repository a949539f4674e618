# The module and 999 calls are the limit; the traceback counts the repeated lines.
def down(n):
    return down(n + 1)
print("before")
down(1)
