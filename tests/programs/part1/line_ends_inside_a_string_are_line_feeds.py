# Line ends inside a string are all the same, however the file ends its lines.
print("""a
b""" == "a\nb")
