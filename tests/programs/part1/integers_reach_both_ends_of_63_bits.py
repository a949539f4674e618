# The largest and the smallest 63-bit integers can be computed and taken apart again.
largest = 4611686018427387903
smallest = -largest - 1
print(largest, smallest, largest + smallest)
print(2 ** 61 + (2 ** 61 - 1), -2 ** 61 * 2, -1 << 62, ~largest)
print(largest - 1 + 1 == largest, smallest + 1 - 1 == smallest)
print(smallest // 2, smallest % 10, smallest // largest, smallest % largest)
print(largest >> 1, smallest >> 1, smallest & largest, smallest | largest)
print(largest * -1, smallest * 1, abs(smallest + 1), max(smallest, largest))
print(smallest < largest, largest > largest - 1)
