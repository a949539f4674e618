# Loops take a number apart into its decimal digits and its bits.
def digit_sum(n):
    total = 0
    while n:
        total, n = total + n % 10, n // 10
    return total
def bit_count(n):
    count = 0
    while n:
        n &= n - 1
        count += 1
    return count
def reverse(n):
    result = 0
    while n > 0:
        result = result * 10 + n % 10
        n //= 10
    return result
print(digit_sum(0), digit_sum(12345), digit_sum(999999999999999999))
print(bit_count(0), bit_count(255), bit_count(1 << 61), bit_count(4611686018427387903))
print(reverse(12345), reverse(1200), reverse(7))
