# A shift that does not fit in 63 bits raises OverflowError instead of growing.
print(1 << 61)
print(1 << 62)
