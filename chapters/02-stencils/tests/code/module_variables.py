def f():
    global count
    count = count + 1
