# A shift count must be an integer.
print(1 << "a")
