# CPython orders strings; here they only compare for equality.
print("a" == "b")
print("a" < "b")
