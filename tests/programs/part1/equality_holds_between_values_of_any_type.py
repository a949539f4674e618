# Any two values can be compared with == and !=; only bools equal integers.
def f():
    pass
def g():
    pass
print(1 == 1, 1 == 2, -1 != 1, 1 == True, 0 == False, 2 == True, True != False)
print("a" == "a", "a" == "b", "a" != "A", "" == "", "ab" == "a" "b")
print(None == None, None != None, None == 0, None == False, None == "")
print(1 == "1", "1" != 1, "" == 0, True == "True")
print(f == f, f == g, f != g, f == 1, f == None, "f" == f)
