# Escapes in a string literal stand for the characters that Python says.
print("tab\there", "line\nbreak")
print("back\\slash", "double \" quote", 'single \' quote')
print('double " quote', "single ' quote")
print("\x41\x42", "\101\102", "\u00e9", "\U0001F40D")
print("\N{GREEK SMALL LETTER PI} \N{SNOWMAN} \N{em dash}")
print("joined \
line")
print("\x41" == "A", "\u00e9" == "é", "\N{SNOWMAN}" == "☃", "\n" == "\\n")
