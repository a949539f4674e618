//! The fast paths: arithmetic on two integers without taking them apart.

use super::Value;

/// Arithmetic on two integers at full speed. `None` means that this was no case
/// for the fast path: an operand is no integer, the result has more than 63
/// bits, or there is no result. The runtime then finds out which.
///
/// A shifted integer is twice its number, so that sums, differences and bitwise
/// results come out shifted by themselves, and 64-bit overflow is 63-bit overflow.
impl Value {
    // ANCHOR: fast_add
    #[inline(always)]
    fn both_int(self, other: Value) -> bool {
        (self.0 | other.0) & 1 == 0
    }

    /// `a + b`
    #[inline(always)]
    pub(crate) fn fast_add(self, other: Value) -> Option<Value> {
        let sum = (self.0 as i64).checked_add(other.0 as i64);
        sum.filter(|_| self.both_int(other)).map(|word| Value(word as u64))
    }
    // ANCHOR_END: fast_add

    /// `a - b`
    #[inline(always)]
    pub(crate) fn fast_sub(self, other: Value) -> Option<Value> {
        let difference = (self.0 as i64).checked_sub(other.0 as i64);
        difference.filter(|_| self.both_int(other)).map(|word| Value(word as u64))
    }

    /// `a * b`; only one factor is shifted.
    #[inline(always)]
    pub(crate) fn fast_mul(self, other: Value) -> Option<Value> {
        let product = (self.0 as i64 >> 1).checked_mul(other.0 as i64);
        product.filter(|_| self.both_int(other)).map(|word| Value(word as u64))
    }

    /// `a % b` for a positive `b`, where truncated and floored remainders differ by sign only.
    #[inline(always)]
    pub(crate) fn fast_rem(self, other: Value) -> Option<Value> {
        let divisor = other.0 as i64;
        if !self.both_int(other) || divisor <= 0 {
            return None;
        }
        let remainder = self.0 as i64 % divisor;
        let floored = if remainder < 0 { remainder + divisor } else { remainder };
        Some(Value(floored as u64))
    }

    /// `a // b` for a positive `b`.
    #[inline(always)]
    pub(crate) fn fast_floor_div(self, other: Value) -> Option<Value> {
        let divisor = other.0 as i64;
        if !self.both_int(other) || divisor <= 0 {
            return None;
        }
        let quotient = (self.0 as i64).div_euclid(divisor);
        Some(Value((quotient as u64) << 1))
    }

    /// `a & b`
    #[inline(always)]
    pub(crate) fn fast_and(self, other: Value) -> Option<Value> {
        self.both_int(other).then_some(Value(self.0 & other.0))
    }

    /// `-a`
    #[inline(always)]
    pub(crate) fn fast_neg(self) -> Option<Value> {
        Value(0).fast_sub(self)
    }

    /// The truth of an integer, a bool or `None`.
    #[inline(always)]
    pub(crate) fn fast_truth(self) -> Option<bool> {
        match self {
            Self::TRUE => Some(true),
            Self::FALSE | Self::NONE => Some(false),
            _ => self.as_int().map(|number| number != 0),
        }
    }

    /// `a is b`, where one of them is `None` or a bool, or they differ.
    #[inline(always)]
    pub(crate) fn fast_is(self, other: Value) -> Option<bool> {
        match self {
            Self::NONE | Self::TRUE | Self::FALSE => Some(self == other),
            _ => (self != other).then_some(false),
        }
    }

    /// The order of two integers.
    #[inline(always)]
    pub(crate) fn fast_cmp(self, other: Value) -> Option<std::cmp::Ordering> {
        self.both_int(other).then(|| (self.0 as i64).cmp(&(other.0 as i64)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::StringId;

    fn int(number: i64) -> Value {
        Value::int(number).expect("63 bits are enough")
    }

    #[test]
    fn what_needs_more_than_63_bits_is_no_fast_case() {
        assert_eq!(int(Value::MAX_INT).fast_add(int(1)), None);
        assert_eq!(int(Value::MIN_INT).fast_sub(int(1)), None);
        assert_eq!(int(1 << 31).fast_mul(int(1 << 31)), None);
        assert_eq!(int(1 << 31).fast_mul(int(-(1 << 31))), Some(int(Value::MIN_INT)));
    }

    #[test]
    fn fast_division_rounds_toward_negative_infinity() {
        for (a, b) in [(7, 2), (-7, 2), (6, 3), (-6, 3), (0, 5), (Value::MIN_INT, 1)] {
            assert_eq!(int(a).fast_floor_div(int(b)), Some(int(a.div_euclid(b))), "{a} // {b}");
            assert_eq!(int(a).fast_rem(int(b)), Some(int(a.rem_euclid(b))), "{a} % {b}");
        }
        assert_eq!(int(7).fast_floor_div(int(-2)), None);
        assert_eq!(int(7).fast_rem(int(0)), None);
    }

    #[test]
    fn the_fast_path_refuses_what_is_no_integer() {
        for other in [Value::TRUE, Value::NONE, Value::NULL, Value::str(StringId(0))] {
            assert_eq!(int(1).fast_add(other), None);
            assert_eq!(other.fast_mul(int(1)), None);
            assert_eq!(other.fast_cmp(int(1)), None);
        }
    }
}
