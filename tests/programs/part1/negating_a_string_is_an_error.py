# The unary minus needs an integer.
s = "a"
print(-s)
