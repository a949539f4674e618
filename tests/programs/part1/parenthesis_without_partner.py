# A closing parenthesis needs an opening one.
x = (1 + 2)
print(x))
