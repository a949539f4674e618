# Names and strings may hold any letters that Unicode has.
größe = 3
π = 22
def добавить(число):
    return число + größe
print(добавить(π))
print("naïve", "日本語", "🐍 snake", "é", "ß" == "ss")
