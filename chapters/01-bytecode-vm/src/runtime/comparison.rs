//! Truth, identity and comparison (`Objects/object.c`).

use std::sync::atomic::Ordering;

use crate::exception::{ExceptionClass, Outcome};
use crate::opcode::Comparison;
use crate::value::{FunctionId, Kind, Value};
use crate::vm::Vm;

use super::arithmetic::not_yet;

/// The integers of which CPython has one object each, so that `is` can tell.
const SMALL_INTEGERS: std::ops::RangeInclusive<i64> = -5..=256;

/// The truth of a value.
#[must_use]
#[inline(never)]
pub fn truth(vm: &Vm<'_>, value: Value) -> bool {
    match value.kind() {
        Kind::Bool(truth) => truth,
        Kind::None => false,
        Kind::Int(number) => number != 0,
        Kind::Str(id) => !vm.program().string(id).is_empty(),
        Kind::Function(_) | Kind::Builtin(_) => true,
        Kind::Null | Kind::Code(_) => unreachable!("no program sees {value:?}"),
    }
}

/// `left comparison right`
///
/// # Errors
/// `TypeError` for an order of values that have none; `NotImplementedError` for
/// the order of strings, and where functions may be the same or not.
#[inline(never)]
pub fn compare_op(vm: &mut Vm<'_>, comparison: Comparison, left: Value, right: Value) -> Outcome {
    if let (Some(a), Some(b)) = (left.as_number(), right.as_number()) {
        return Ok(Value::bool(comparison.holds(a.cmp(&b))));
    }
    match comparison {
        Comparison::Equal => Ok(Value::bool(is_equal(vm, left, right)?)),
        Comparison::NotEqual => Ok(Value::bool(!is_equal(vm, left, right)?)),
        _ => {
            if let (Kind::Str(_), Kind::Str(_)) = (left.kind(), right.kind()) {
                return Err(not_yet(vm, "the order of strings"));
            }
            let message = format!(
                "'{}' not supported between instances of '{}' and '{}'",
                comparison.symbol(),
                Vm::type_name(left),
                Vm::type_name(right)
            );
            Err(vm.raise(ExceptionClass::TypeError, message))
        }
    }
}

/// Equality of values that are not both numbers: equal strings are one string.
fn is_equal(vm: &mut Vm<'_>, left: Value, right: Value) -> Outcome<bool> {
    match left.kind() {
        Kind::Function(id) if left == right => is_same_function(vm, id),
        _ => Ok(left == right),
    }
}

/// `left is right`
///
/// # Errors
/// `NotImplementedError` where it depends on CPython's memory whether two equal
/// values are one object.
#[inline(never)]
pub fn is_same(vm: &mut Vm<'_>, left: Value, right: Value) -> Outcome<bool> {
    match left.kind() {
        _ if left != right => Ok(false),
        Kind::Int(number) if !SMALL_INTEGERS.contains(&number) => {
            Err(not_yet(vm, "the identity of large integers"))
        }
        Kind::Str(_) => Err(not_yet(vm, "the identity of strings")),
        Kind::Function(id) => is_same_function(vm, id),
        _ => Ok(true),
    }
}

/// Each time a `def` is executed CPython makes another function. Here they are
/// one value; if there is more than one, it cannot be told which.
fn is_same_function(vm: &mut Vm<'_>, id: FunctionId) -> Outcome<bool> {
    match vm.function(id).times_made.load(Ordering::Relaxed) {
        0 | 1 => Ok(true),
        _ => Err(not_yet(vm, "comparing functions that one `def` has made several times")),
    }
}
