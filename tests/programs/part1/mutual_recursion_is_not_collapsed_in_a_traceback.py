# Only equal lines that follow each other are collapsed; here there are none.
def ping(n):
    return pong(n + 1)
def pong(n):
    return ping(n + 1)
ping(1)
