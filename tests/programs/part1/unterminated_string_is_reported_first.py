# A string that never ends is reported before the grammar error above it.
x y
z = "abc
