# A misspelt name gets a suggestion from the variables of the function.
def area(width, height):
    return width * heigth
print(area(3, 4))
