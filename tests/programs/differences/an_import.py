# CPython imports modules; here an import is refused before the program runs.
print("not printed here")
import math
