# CPython catches exceptions; here a try is refused before the program runs.
try:
    print(1 // 0)
except ZeroDivisionError:
    print("caught")
