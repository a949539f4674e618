# CPython formats with %; here that raises NotImplementedError.
print("%d" % 1)
