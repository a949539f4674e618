# A traceback lists the calls from the module down to the failing line.
def ratio(a, b):
    return a // b

def average(total, count):
    if total:
        return ratio(total, count)
    return 0

def report(total):
    print("total", total)
    print(average(total, total - total))

report(0)
report(5)
print("not reached")
