# CPython warns before it runs this that `is` with a literal is odd.
print(1 is 1)
