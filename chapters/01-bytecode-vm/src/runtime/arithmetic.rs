//! Operators on numbers, with CPython's errors for everything else
//! (`Objects/longobject.c`, `Objects/abstract.c`).

use crate::exception::{ExceptionClass, Outcome, Raised};
use crate::opcode::BinaryOperator;
use crate::value::{Builtin, Kind, Value};
use crate::vm::Vm;

/// `left operator right`, or `left operator= right` if `in_place`.
///
/// # Errors
/// What CPython raises; `OverflowError` when the result has more than 63 bits;
/// `NotImplementedError` where CPython's result is no value of this language.
#[inline(never)]
pub fn binary_op(
    vm: &mut Vm<'_>,
    operator: BinaryOperator,
    in_place: bool,
    left: Value,
    right: Value,
) -> Outcome {
    use BinaryOperator as Op;
    let (Some(a), Some(b)) = (left.as_number(), right.as_number()) else {
        return Err(operand_error(vm, operator, in_place, left, right));
    };
    let bools = match (left.kind(), right.kind()) {
        (Kind::Bool(a), Kind::Bool(b)) => Some((a, b)),
        _ => None,
    };
    let number = match operator {
        Op::And if let Some((a, b)) = bools => return Ok(Value::bool(a & b)),
        Op::Or if let Some((a, b)) = bools => return Ok(Value::bool(a | b)),
        Op::Xor if let Some((a, b)) = bools => return Ok(Value::bool(a ^ b)),
        Op::And => Some(a & b),
        Op::Or => Some(a | b),
        Op::Xor => Some(a ^ b),
        Op::Add => a.checked_add(b),
        Op::Subtract => a.checked_sub(b),
        Op::Multiply => a.checked_mul(b),
        Op::FloorDivide | Op::Remainder if b == 0 => return Err(division_by_zero(vm, operator)),
        Op::FloorDivide => Some(floor_divide(a, b)),
        Op::Remainder => Some(a - b * floor_divide(a, b)),
        Op::Power if b < 0 => return Err(negative_power(vm, a)),
        Op::Power => power(a, b),
        Op::LeftShift | Op::RightShift if b < 0 => {
            return Err(vm.raise(ExceptionClass::ValueError, "negative shift count"));
        }
        Op::LeftShift => shift_left(a, b),
        Op::RightShift => Some(a >> b.min(63)),
    };
    fitting(vm, number)
}

/// `-value`
///
/// # Errors
/// As [`binary_op`].
#[inline(never)]
pub fn unary_negative(vm: &mut Vm<'_>, value: Value) -> Outcome {
    let number = unary_operand(vm, value, "unary -")?;
    fitting(vm, Some(-number))
}

/// `~value`
///
/// # Errors
/// As [`binary_op`].
#[inline(never)]
pub fn unary_invert(vm: &mut Vm<'_>, value: Value) -> Outcome {
    let number = unary_operand(vm, value, "unary ~")?;
    fitting(vm, Some(!number))
}

/// `+value`
///
/// # Errors
/// As [`binary_op`].
#[inline(never)]
pub fn unary_positive(vm: &mut Vm<'_>, value: Value) -> Outcome {
    let number = unary_operand(vm, value, "unary +")?;
    fitting(vm, Some(number))
}

/// The number in `value`; `operation` is what the message says it was for.
pub(super) fn unary_operand(vm: &mut Vm<'_>, value: Value, operation: &str) -> Outcome<i64> {
    value.as_number().ok_or_else(|| {
        let message = format!("bad operand type for {operation}: '{}'", Vm::type_name(value));
        vm.raise(ExceptionClass::TypeError, message)
    })
}

/// A number as a value, if there is one and it has at most 63 bits.
pub(super) fn fitting(vm: &mut Vm<'_>, number: Option<i64>) -> Outcome {
    number.and_then(Value::int).ok_or_else(|| {
        let message = "the result has more than 63 bits; chapter 7 lifts this limit";
        vm.raise(ExceptionClass::OverflowError, message)
    })
}

/// The quotient rounded toward negative infinity. Both have 63 bits, so it fits.
fn floor_divide(a: i64, b: i64) -> i64 {
    let quotient = a / b;
    if a % b != 0 && (a < 0) != (b < 0) { quotient - 1 } else { quotient }
}

/// `a ** b` for `b` of zero or more; `None` when it is too large.
fn power(a: i64, b: i64) -> Option<i64> {
    match a {
        0 => Some(i64::from(b == 0)),
        1 => Some(1),
        -1 => Some(if b % 2 == 0 { 1 } else { -1 }),
        _ => a.checked_pow(u32::try_from(b).ok()?),
    }
}

/// `a << b` for `b` of zero or more; `None` when it is too large.
fn shift_left(a: i64, b: i64) -> Option<i64> {
    if a == 0 {
        return Some(0);
    }
    let shifted = a.checked_shl(u32::try_from(b).ok()?)?;
    (shifted >> b == a).then_some(shifted)
}

#[cold]
fn division_by_zero(vm: &mut Vm<'_>, operator: BinaryOperator) -> Raised {
    let message = match operator {
        BinaryOperator::Remainder => "integer modulo by zero",
        _ => "integer division or modulo by zero",
    };
    vm.raise(ExceptionClass::ZeroDivisionError, message)
}

#[cold]
fn negative_power(vm: &mut Vm<'_>, base: i64) -> Raised {
    if base == 0 {
        let message = "0.0 cannot be raised to a negative power";
        return vm.raise(ExceptionClass::ZeroDivisionError, message);
    }
    let message = "a negative power is a float; chapter 6 brings floats";
    vm.raise(ExceptionClass::NotImplementedError, message)
}

/// Why an operator cannot be applied: to anything but numbers CPython applies
/// `+`, `*` and `%` where strings are involved, and nothing else.
#[cold]
fn operand_error(
    vm: &mut Vm<'_>,
    operator: BinaryOperator,
    in_place: bool,
    left: Value,
    right: Value,
) -> Raised {
    use BinaryOperator as Op;
    let is_str = |value: Value| matches!(value.kind(), Kind::Str(_));
    let is_number = |value: Value| value.as_number().is_some();
    let is_type = |value: Value| value == Value::builtin(Builtin::Range);
    let is_type_or_none = |value: Value| is_type(value) || value == Value::NONE;
    let (left_type, right_type) = (Vm::type_name(left), Vm::type_name(right));
    match operator {
        Op::Add if is_str(left) && is_str(right) => not_yet(vm, "joining strings"),
        Op::Add if is_str(left) => {
            let message = format!("can only concatenate str (not \"{right_type}\") to str");
            vm.raise(ExceptionClass::TypeError, message)
        }
        Op::Remainder if is_str(left) => not_yet(vm, "formatting a string with %"),
        Op::Multiply if is_str(left) && is_number(right) || is_number(left) && is_str(right) => {
            not_yet(vm, "repeating a string")
        }
        Op::Or
            if is_type(left) && is_type_or_none(right)
                || is_type_or_none(left) && is_type(right) =>
        {
            not_yet(vm, "a union of types")
        }
        Op::Multiply if is_str(left) || is_str(right) => {
            let other = if is_str(left) { right_type } else { left_type };
            let message = format!("can't multiply sequence by non-int of type '{other}'");
            vm.raise(ExceptionClass::TypeError, message)
        }
        _ => {
            let symbol = match (operator, in_place) {
                (_, true) => format!("{}=", operator.symbol()),
                (Op::Power, false) => "** or pow()".to_owned(),
                (_, false) => operator.symbol().to_owned(),
            };
            // Python 2's `print >> file` has its own hint.
            let is_print = left == Value::builtin(Builtin::Print) && operator == Op::RightShift;
            let hint = match is_print && !in_place {
                true => ". Did you mean \"print(<message>, file=<output_stream>)\"?",
                false => "",
            };
            let message = format!(
                "unsupported operand type(s) for {symbol}: '{left_type}' and '{right_type}'{hint}"
            );
            vm.raise(ExceptionClass::TypeError, message)
        }
    }
}

/// Something that CPython does with values of ours and that gives none of ours.
#[cold]
pub(super) fn not_yet(vm: &mut Vm<'_>, what: &str) -> Raised {
    let message = format!("{what}: chapter 7 brings objects on a heap");
    vm.raise(ExceptionClass::NotImplementedError, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floor_division_rounds_toward_negative_infinity() {
        for (a, b, quotient) in [(7, 2, 3), (-7, 2, -4), (7, -2, -4), (-7, -2, 3), (-6, 2, -3)] {
            assert_eq!(floor_divide(a, b), quotient, "{a} // {b}");
        }
    }

    #[test]
    fn powers_of_small_bases_have_no_limit() {
        let huge = Value::MAX_INT;
        assert_eq!(power(0, huge), Some(0));
        assert_eq!(power(0, 0), Some(1));
        assert_eq!(power(1, huge), Some(1));
        assert_eq!(power(-1, huge), Some(-1));
        assert_eq!(power(2, huge), None);
        assert_eq!(power(2, 62), Some(1 << 62));
    }

    #[test]
    fn a_shift_that_loses_bits_is_too_large() {
        assert_eq!(shift_left(1, 62), Some(1 << 62));
        assert_eq!(shift_left(3, 62), None);
        assert_eq!(shift_left(-1, 63), Some(i64::MIN));
        assert_eq!(shift_left(1, 64), None);
        assert_eq!(shift_left(0, Value::MAX_INT), Some(0));
        assert_eq!(shift_left(1, 1 << 40), None);
    }
}
