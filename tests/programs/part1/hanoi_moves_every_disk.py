# The towers of Hanoi take 2 ** n - 1 moves.
moves = 0
def hanoi(n, source, target, spare):
    global moves
    if n == 0:
        return
    hanoi(n - 1, source, spare, target)
    moves += 1
    if moves < 8:
        print("disk", n, "from", source, "to", target)
    hanoi(n - 1, spare, target, source)
hanoi(9, "left", "right", "middle")
print(moves, moves == 2 ** 9 - 1)
