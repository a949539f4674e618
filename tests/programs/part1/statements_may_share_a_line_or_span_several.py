# Semicolons, continued lines, comments and blank lines shape the text, not the program.


a = 1; b = 2; c = a + b; print(c);
if c == 3: print("three"); print("still in the if")
while c: c -= 1; print(c)
else: print("done")
   # a comment at any indentation
for i in range(2): print(i); pass
def f(x): y = x * 2; return y  # after a statement
total = 1 + \
    2 + \
    3
print(total)
if True:  # after a header

# too far out
    print("# not a comment")
        # too far in

    print("inside")
print(
    f(
        5,
    ),

    # a comment in between
    7
)
# the end
