# An indentation must not depend on how wide a tab is.
if True:
        print("eight spaces")
	print("one tab")
