# A function that ends without a return, or with a bare one, returns None.
def falls_off():
    1 + 1
def bare(n):
    if n:
        return
    print("not reached for", n)
def early(n):
    while n > 0:
        return n
print(falls_off(), bare(1), bare(0), early(5), early(0))
print(print("printed first"))
