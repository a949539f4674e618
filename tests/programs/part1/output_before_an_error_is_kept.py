# What was printed before an error is kept, and an unknown name ends the program.
print("first")
for i in range(3):
    print(i)
print("last", nowhere_to_be_found)
print("not reached")
