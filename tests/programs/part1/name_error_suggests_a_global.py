# A misspelt name gets a suggestion from the variables of the module.
counter = 0
def increment(by):
    global counter
    counter = countr + by
increment(1)
