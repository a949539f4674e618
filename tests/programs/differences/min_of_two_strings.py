# CPython finds the smaller of two strings; here strings have no order.
print(min("b", "a"))
