# Integer literals may be decimal, hexadecimal, octal or binary, with underscores.
print(255, 0xff, 0XFF, 0o377, 0O377, 0b11111111, 0B1111_1111)
print(1_000_000, 0x_dead_beef, 00, 0_0, -0x10)
print(0x3fff_ffff_ffff_ffff)
