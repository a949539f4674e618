//! The functions that stencils call when the case is not fast: chapter 1's
//! runtime behind signatures that C can declare. `stencils/include/vm.h` does.
//!
//! NULL, as a result, says that an exception was raised; no operation has it as
//! its value. A panic in one of these ends the process: nothing can unwind
//! through machine code that has no unwind tables.
#![expect(unsafe_code, reason = "gets the operands of a call as a pointer and a count")]

use std::slice;

use ch01_bytecode_vm::{
    Attention, BinaryOperator, Comparison, Outcome, RangeState, Value, Vm, runtime,
};

use crate::driver::abi::attention_code;
use crate::driver::symbol::RuntimeFunction;

/// The address of a function of the runtime.
#[must_use]
pub fn address(function: RuntimeFunction) -> u64 {
    use RuntimeFunction as R;
    let address = match function {
        R::Attend => attend as *const (),
        R::BinaryOp => binary_op as *const (),
        R::CompareOp => compare_op as *const (),
        R::IsOp => is_op as *const (),
        R::UnaryNegative => unary_negative as *const (),
        R::UnaryInvert => unary_invert as *const (),
        R::UnaryPositive => unary_positive as *const (),
        R::Truth => truth as *const (),
        R::RangeState => range_state as *const (),
        R::MakeFunction => make_function as *const (),
        R::CallBuiltin => call_builtin as *const (),
        R::UnboundLocal => unbound_local as *const (),
        R::UnboundVariable => unbound_variable as *const (),
        R::RefuseCall => refuse_call as *const (),
        R::RefuseRecursion => refuse_recursion as *const (),
    };
    address as u64
}

fn or_null(outcome: Outcome) -> Value {
    outcome.unwrap_or(Value::NULL)
}

extern "sysv64" fn attend(vm: &mut Vm<'_>) -> u32 {
    let attention: Outcome<Attention> = vm.attend();
    attention_code(attention.ok())
}

extern "sysv64" fn binary_op(vm: &mut Vm<'_>, operand: u32, left: Value, right: Value) -> Value {
    let (operator, in_place) = BinaryOperator::decode(operand);
    or_null(runtime::binary_op(vm, operator, in_place, left, right))
}

extern "sysv64" fn compare_op(vm: &mut Vm<'_>, operand: u32, left: Value, right: Value) -> Value {
    or_null(runtime::compare_op(vm, Comparison::decode(operand), left, right))
}

extern "sysv64" fn is_op(vm: &mut Vm<'_>, invert: u32, left: Value, right: Value) -> Value {
    let is_same = runtime::is_same(vm, left, right);
    or_null(is_same.map(|is_same| Value::bool(is_same != (invert == 1))))
}

extern "sysv64" fn unary_negative(vm: &mut Vm<'_>, value: Value) -> Value {
    or_null(runtime::unary_negative(vm, value))
}

extern "sysv64" fn unary_invert(vm: &mut Vm<'_>, value: Value) -> Value {
    or_null(runtime::unary_invert(vm, value))
}

extern "sysv64" fn unary_positive(vm: &mut Vm<'_>, value: Value) -> Value {
    or_null(runtime::unary_positive(vm, value))
}

extern "sysv64" fn truth(vm: &mut Vm<'_>, value: Value) -> bool {
    runtime::truth(vm, value)
}

/// Writes to `state`, and returns true, unless an exception was raised.
extern "sysv64" fn range_state(
    vm: &mut Vm<'_>,
    arguments: *const Value,
    count: u32,
    state: *mut RangeState,
) -> bool {
    // SAFETY: `GET_ITER` passes as many operands as the verifier counted, and
    // the frame slots that the compiler set aside for the loop.
    let arguments = unsafe { slice::from_raw_parts(arguments, count as usize) };
    let range = runtime::range_state(vm, arguments);
    if let Ok(range) = range {
        // SAFETY: as above; the slots lie below the operands.
        unsafe { state.write(range) };
    }
    range.is_ok()
}

extern "sysv64" fn make_function(vm: &mut Vm<'_>, code: Value) -> Value {
    runtime::make_function(vm, code)
}

extern "sysv64" fn call_builtin(
    vm: &mut Vm<'_>,
    callable: Value,
    arguments: *const Value,
    count: u32,
) -> Value {
    // SAFETY: `CALL` passes as many operands as the verifier counted, and the
    // runtime does not write to the operand stack.
    let arguments = unsafe { slice::from_raw_parts(arguments, count as usize) };
    or_null(runtime::call_builtin(vm, callable, arguments))
}

extern "sysv64" fn unbound_local(vm: &mut Vm<'_>, slot: u32) {
    runtime::unbound_local(vm, slot);
}

extern "sysv64" fn unbound_variable(vm: &mut Vm<'_>, name: u32) {
    runtime::unbound_variable(vm, name);
}

extern "sysv64" fn refuse_call(vm: &mut Vm<'_>, callable: Value, count: u32) {
    runtime::refuse_call(vm, callable, count);
}

extern "sysv64" fn refuse_recursion(vm: &mut Vm<'_>) {
    runtime::refuse_recursion(vm);
}
