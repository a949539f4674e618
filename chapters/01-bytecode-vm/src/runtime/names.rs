//! Names that lead to no value.

use crate::exception::{Exception, ExceptionClass, Raised};
use crate::traceback::is_builtin_name;
use crate::vm::Vm;

use super::arithmetic::not_yet;

/// Raises the error of a module variable that is not bound; `name` is its index.
#[cold]
pub fn unbound_variable(vm: &mut Vm<'_>, name: u32) -> Raised {
    let name = vm.program().names()[name as usize].clone();
    if is_builtin_name(&name) {
        return not_yet(vm, &format!("the built-in `{name}`"));
    }
    let message = format!("name '{name}' is not defined");
    vm.raise_exception(Exception { class: ExceptionClass::NameError, message, name: Some(name) })
}

/// Raises the error of a local variable of the running frame that is not bound;
/// `slot` is its frame slot.
///
/// # Panics
/// When the running frame has no such local variable.
#[cold]
pub fn unbound_local(vm: &mut Vm<'_>, slot: u32) -> Raised {
    let frame = vm.frames().last().expect("a frame is running");
    let name = &vm.frame_code(frame).locals[slot as usize];
    let message =
        format!("cannot access local variable '{name}' where it is not associated with a value");
    vm.raise(ExceptionClass::UnboundLocalError, message)
}
