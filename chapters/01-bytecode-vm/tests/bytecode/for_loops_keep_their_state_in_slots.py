def table(n):
    for row in range(n):
        for column in range(row, n, 2):
            print(row, column)
    for again in range(1, n):
        pass
