//! Bounds on the values of integer expressions, known while they are written.

use crate::fuzz::tree::{BinaryOperator, Expr};

/// An integer expression whose value is never a bool.
#[derive(Clone, Debug)]
pub(super) struct Bounded {
    pub(super) expr: Expr,
    /// The magnitude of the value is below 2^bits.
    pub(super) bits: u32,
}

impl Bounded {
    /// The integer `value`.
    pub(super) fn literal(value: i64) -> Bounded {
        Bounded { expr: Expr::Int(value), bits: magnitude_bits(value) }
    }

    /// `left operator right`, with the bound that follows from theirs.
    pub(super) fn binary(left: Bounded, operator: BinaryOperator, right: Bounded) -> Bounded {
        let bits = result_bits(&left, operator, &right);
        let expr = Expr::binary(left.expr, operator, right.expr);
        Bounded { expr, bits }
    }

    /// This expression, if its bound is not above `bits`, else its reduction.
    pub(super) fn reduced_to(self, bits: u32, reduction: Reduction) -> Bounded {
        if self.bits <= bits {
            return self;
        }
        let (operator, operand) = reduction;
        Bounded::binary(self, operator, Bounded::literal(operand))
    }
}

/// An operator and a right operand that make any integer small.
pub(super) type Reduction = (BinaryOperator, i64);

fn magnitude_bits(value: i64) -> u32 {
    u64::BITS - value.unsigned_abs().leading_zeros()
}

/// How many bits the magnitude of `left operator right` has at most. Exponents
/// and shift counts must be small: they have less than 32 bits.
pub(super) fn result_bits(left: &Bounded, operator: BinaryOperator, right: &Bounded) -> u32 {
    use BinaryOperator as Op;
    let most_of_right = || (1_u32 << right.bits) - 1;
    match (operator, &right.expr) {
        (Op::And, Expr::Int(mask)) if *mask >= 0 => right.bits,
        (Op::Add | Op::Subtract | Op::And | Op::Or | Op::Xor, _) => left.bits.max(right.bits) + 1,
        (Op::Multiply, _) => left.bits + right.bits,
        (Op::FloorDivide | Op::ShiftRight, _) => left.bits,
        (Op::Remainder, Expr::Int(divisor)) => magnitude_bits(divisor.abs() - 1),
        (Op::Remainder, _) => right.bits,
        // `0 ** 0` is 1.
        (Op::Power, _) => (left.bits * most_of_right()).max(1),
        (Op::ShiftLeft, _) => left.bits + most_of_right(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What CPython computes; `None` where it raises an error, or computes a
    /// fraction.
    fn value(left: i128, operator: BinaryOperator, right: i128) -> Option<i128> {
        use BinaryOperator as Op;
        let remainder = || Some((left.checked_rem(right)? + right) % right);
        let count = u32::try_from(right).ok();
        Some(match operator {
            Op::Add => left + right,
            Op::Subtract => left - right,
            Op::Multiply => left * right,
            Op::FloorDivide => (left - remainder()?) / right,
            Op::Remainder => remainder()?,
            Op::Power => left.pow(count?),
            Op::ShiftLeft => left << count?,
            Op::ShiftRight => left >> count?,
            Op::And => left & right,
            Op::Or => left | right,
            Op::Xor => left ^ right,
        })
    }

    #[test]
    fn no_result_is_larger_than_its_bound() {
        for operator in BinaryOperator::ALL {
            for (left, right) in
                (-17..=17).flat_map(|left| (-17..=17).map(move |right| (left, right)))
            {
                let Some(value) = value(left.into(), operator, right.into()) else {
                    continue;
                };
                let (left, right) = (Bounded::literal(left), Bounded::literal(right));
                let variable = Bounded { expr: Expr::name("x"), bits: right.bits };
                for right in [right, variable] {
                    let bits = result_bits(&left, operator, &right);
                    let fits = bits >= 127 || value.abs() < 1 << bits;
                    assert!(fits, "{} {operator} {} is {value}", left.expr, right.expr);
                }
            }
        }
    }

    #[test]
    fn a_reduction_makes_an_integer_small() {
        let large = Bounded::literal(1 << 40);
        let reduced = large.clone().reduced_to(20, (BinaryOperator::And, 1_023));
        assert_eq!((reduced.expr.to_string().as_str(), reduced.bits), ("1099511627776 & 1023", 10));
        let kept = large.reduced_to(41, (BinaryOperator::And, 1_023));
        assert_eq!((kept.expr, kept.bits), (Expr::Int(1 << 40), 41));
    }
}
