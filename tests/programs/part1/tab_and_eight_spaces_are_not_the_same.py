# A tab is not as wide as the spaces that it looks like.
if 1:
	if 1:
        x = 1
print(2)
