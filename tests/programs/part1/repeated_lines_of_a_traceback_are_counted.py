# Three copies of a repeated line are shown; one more is counted in the singular.
def down(n):
    return True & None if n == 0 else down(n - 1) + down(n - 1)
def start(n):
    if n == 0:
        down(2)
    start(n - 1)
start(4)
