# A block that is missing at the end of a file is missed on its last line.
def f():

# nothing
