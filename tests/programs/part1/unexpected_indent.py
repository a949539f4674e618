# A line may not be indented more than its block.
x = 1
  y = 2
print(x, y)
