# The smallest 63-bit integer has no positive twin, so abs raises OverflowError.
smallest = -4611686018427387903 - 1
print(smallest)
print(abs(smallest))
