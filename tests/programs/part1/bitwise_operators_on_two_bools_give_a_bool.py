# The operators &, | and ^ on two bools give a bool; with an int they give an int.
print(True & False, True & True, False & False)
print(True | False, False | False, True ^ True, True ^ False)
print(True & 1, 0 | False, True ^ 0)
odd = True
odd ^= True
print(odd)
odd |= 1
print(odd)
