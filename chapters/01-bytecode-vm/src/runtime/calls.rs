//! Functions made, and calls refused (`Python/ceval.c`, `Objects/call.c`).

use crate::exception::{ExceptionClass, Raised};
use crate::value::{Kind, Value};
use crate::vm::Vm;

/// The function that a `def` makes of its code object.
///
/// # Panics
/// When `code` is no code object; the compiler loads one before `MAKE_FUNCTION`.
pub fn make_function(vm: &mut Vm<'_>, code: Value) -> Value {
    match code.kind() {
        Kind::Code(id) => vm.make_function(id),
        other => panic!("MAKE_FUNCTION wants a code object, not {other:?}"),
    }
}

/// Raises the error of a call for which there is no frame left.
#[cold]
pub fn refuse_recursion(vm: &mut Vm<'_>) -> Raised {
    vm.raise(ExceptionClass::RecursionError, "maximum recursion depth exceeded")
}

/// Raises the error of a call that `CALL` cannot make: too few or too many
/// arguments for a function, or a callable that is none.
#[cold]
pub fn refuse_call(vm: &mut Vm<'_>, callable: Value, arguments: u32) -> Raised {
    let message = match callable.as_function() {
        None => format!("'{}' object is not callable", Vm::type_name(callable)),
        Some(id) => {
            let code = vm.code(id);
            let parameters = &code.locals[..code.parameters as usize];
            match parameters.get(arguments as usize..) {
                Some(missing) => missing_arguments(&code.name, missing),
                None => surplus_arguments(&code.name, parameters.len(), arguments),
            }
        }
    };
    vm.raise(ExceptionClass::TypeError, message)
}

fn missing_arguments(function: &str, missing: &[String]) -> String {
    let quoted: Vec<String> = missing.iter().map(|name| format!("'{name}'")).collect();
    let list = match &quoted[..] {
        [one] => one.clone(),
        [first, second] => format!("{first} and {second}"),
        [others @ .., last] => format!("{}, and {last}", others.join(", ")),
        [] => unreachable!("the call was refused for missing arguments"),
    };
    let count = missing.len();
    format!("{function}() missing {count} required positional argument{}: {list}", plural(count))
}

fn surplus_arguments(function: &str, takes: usize, given: u32) -> String {
    let were = if given == 1 { "was" } else { "were" };
    format!(
        "{function}() takes {takes} positional argument{} but {given} {were} given",
        plural(takes)
    )
}

pub(super) fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}
