# max with one argument expects something to iterate over.
print(max(1))
