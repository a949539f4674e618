# The name of a module of the standard library suggests an import.
print("before")
math
print("after")
