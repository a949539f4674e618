# Neighbouring string literals become one; triple-quoted ones may span lines.
print("one" "two" 'three')
print("quotes: " '"' "'" """ and "both" """)
print("a"
      "b"
      "c")
print("""first
  second "quoted"
third""")
print('''''' == "", """one \
line""")
