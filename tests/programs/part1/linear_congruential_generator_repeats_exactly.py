# A linear congruential generator gives the same numbers on every machine.
state = 42
def random():
    global state
    state = (1103515245 * state + 12345) % 2 ** 31
    return state >> 16
print(random(), random(), random(), random())
heads = 0
for i in range(1000):
    heads += random() & 1
print(heads, state)
