# The message for a power mentions the function pow as well.
print(2 ** None)
