# Of two equally similar names, the one that the module bound first is suggested, before built-ins.
print("start")
printa = 1
printy = 2
print(printb)
