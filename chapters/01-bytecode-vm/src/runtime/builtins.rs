//! The built-in functions (`Python/bltinmodule.c`, `Objects/rangeobject.c`).

use std::fmt::Write;

use super::arithmetic::{fitting, not_yet, unary_operand};
use super::calls::{plural, refuse_call};
use super::comparison::compare_op;
use crate::exception::{ExceptionClass, Outcome, Raised};
use crate::opcode::Comparison;
use crate::value::{Builtin, Kind, RangeState, Value};
use crate::vm::Vm;

/// Calls what is no function of the program: a built-in, if it is one.
///
/// # Errors
/// What CPython raises; `NotImplementedError` for what the language lacks.
#[inline(never)]
pub fn call_builtin(vm: &mut Vm<'_>, callable: Value, arguments: &[Value]) -> Outcome {
    let Kind::Builtin(builtin) = callable.kind() else {
        return Err(refuse_call(vm, callable, arguments.len() as u32));
    };
    match builtin {
        Builtin::Abs => abs(vm, arguments),
        Builtin::Max => extreme(vm, builtin, Comparison::Greater, arguments),
        Builtin::Min => extreme(vm, builtin, Comparison::Less, arguments),
        Builtin::Print => print(vm, arguments),
        Builtin::Range => {
            range_state(vm, arguments)?;
            Err(not_yet(vm, "a range outside the head of a for loop"))
        }
    }
}

/// The state of a loop over `range(arguments…)`.
///
/// # Errors
/// `TypeError` and `ValueError` as CPython's `range`.
#[inline(never)]
pub fn range_state(vm: &mut Vm<'_>, arguments: &[Value]) -> Outcome<RangeState> {
    let (start, stop, step) = match *arguments {
        [stop] => (0, range_argument(vm, stop)?, 1),
        [start, stop] => (range_argument(vm, start)?, range_argument(vm, stop)?, 1),
        [start, stop, step] => {
            (range_argument(vm, start)?, range_argument(vm, stop)?, range_argument(vm, step)?)
        }
        _ => {
            let (bound, number) = if arguments.is_empty() { ("least", 1) } else { ("most", 3) };
            let given = arguments.len();
            let message = format!(
                "range expected at {bound} {number} argument{}, got {given}",
                plural(number)
            );
            return Err(vm.raise(ExceptionClass::TypeError, message));
        }
    };
    if step == 0 {
        return Err(vm.raise(ExceptionClass::ValueError, "range() arg 3 must not be zero"));
    }
    Ok(RangeState::new(start, stop, step))
}

fn range_argument(vm: &mut Vm<'_>, value: Value) -> Outcome<i64> {
    value.as_number().ok_or_else(|| {
        let message =
            format!("'{}' object cannot be interpreted as an integer", Vm::type_name(value));
        vm.raise(ExceptionClass::TypeError, message)
    })
}

fn abs(vm: &mut Vm<'_>, arguments: &[Value]) -> Outcome {
    let &[value] = arguments else {
        let message = format!("abs() takes exactly one argument ({} given)", arguments.len());
        return Err(vm.raise(ExceptionClass::TypeError, message));
    };
    let number = unary_operand(vm, value, "abs()")?;
    fitting(vm, Some(number.abs()))
}

/// The first of the arguments that no other one beats.
fn extreme(vm: &mut Vm<'_>, builtin: Builtin, beats: Comparison, arguments: &[Value]) -> Outcome {
    let (&first, others) = match arguments {
        [] => {
            let message = format!("{} expected at least 1 argument, got 0", builtin.name());
            return Err(vm.raise(ExceptionClass::TypeError, message));
        }
        &[only] => return Err(refuse_iteration(vm, only)),
        [first, others @ ..] => (first, others),
    };
    let mut best = first;
    for &candidate in others {
        if compare_op(vm, beats, candidate, best)? == Value::TRUE {
            best = candidate;
        }
    }
    Ok(best)
}

/// The error of `min(x)` and `max(x)`, which want to iterate over `x`.
fn refuse_iteration(vm: &mut Vm<'_>, value: Value) -> Raised {
    if let Kind::Str(_) = value.kind() {
        return not_yet(vm, "iterating over a string");
    }
    let message = format!("'{}' object is not iterable", Vm::type_name(value));
    vm.raise(ExceptionClass::TypeError, message)
}

fn print(vm: &mut Vm<'_>, arguments: &[Value]) -> Outcome {
    let mut line = String::new();
    for (index, &value) in arguments.iter().enumerate() {
        if index > 0 {
            line.push(' ');
        }
        match value.kind() {
            Kind::None => line.push_str("None"),
            Kind::Bool(truth) => line.push_str(if truth { "True" } else { "False" }),
            Kind::Int(number) => write!(line, "{number}").expect("a String takes everything"),
            Kind::Str(id) => line.push_str(vm.program().string(id)),
            Kind::Function(_) | Kind::Builtin(_) => return Err(not_yet(vm, "printing a function")),
            Kind::Null | Kind::Code(_) => unreachable!("no program sees {value:?}"),
        }
    }
    line.push('\n');
    vm.print(&line)?;
    Ok(Value::NONE)
}
