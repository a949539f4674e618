# min compares the later argument with the best so far, and the message shows that order.
print(min(1, "a"))
