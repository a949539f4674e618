# Leading zeros in a decimal number are refused; octal needs 0o.
print(00, 0o12)
print(012)
