# A program may have no statement at all, and then prints nothing.
