# CPython repeats a string with *; here that raises NotImplementedError.
print("ab" * 3)
