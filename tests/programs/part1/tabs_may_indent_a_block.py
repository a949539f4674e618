# A tab is as good as spaces, as long as a block uses the same ones throughout.
def f(n):
	if n:
		while n > 1:
			n -= 1
		return "tab"
	return "none"
def g(n):
  if n:
       return "spaces"
  return "none"
if True:
 print(f(5), f(0), g(5), g(0))	
print(1,	2)
