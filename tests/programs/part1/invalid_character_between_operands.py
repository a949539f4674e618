# A character that is no letter of any language is refused.
print(6 × 7)
