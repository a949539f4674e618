# A function can be passed, returned, stored, compared and called through any expression.
def double(n):
    return n * 2
def square(n):
    return n * n
def twice(f, n):
    return f(f(n))
def pick(name):
    return double if name == "double" else square
print(twice(double, 5), twice(square, 5))
print(pick("double")(7), pick("square")(7))
again = twice
print(again(pick(""), 3), again == twice, again == double)
print((double if again else square)(10), (None or square)(10))
def same(f):
    return f
print(same(same)(same)(double)(21))
