# CPython's range is an object; here it stands in the head of a for only.
r = range(3)
print("unused")
