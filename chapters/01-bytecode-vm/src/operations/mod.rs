//! The operations: what each opcode does, one function each, and the `match`
//! that picks one. Both engines of this chapter come here: the interpreter with
//! an opcode that it has just fetched, compiled code with one that was known
//! when it was compiled. Chapter 1 of the book, "A loop and a switch".
//!
//! All have the same signature. Each expects that the operand stack is as the
//! verifier says before `i`, and those that can fail, jump, call or return, that
//! the registers have just gone past `i`. Each leaves the stack as the opcode table says:
//! [`Registers`] does not check that in a release build, so it is part of what
//! makes them sound.

mod registers;

use std::sync::atomic::Ordering;

use crate::exception::Outcome;
use crate::opcode::{BinaryOperator, Comparison, Instruction, Opcode};
use crate::runtime;
use crate::value::Value;
use crate::vm::{Attention, Vm};
pub(crate) use registers::Registers;

/// How execution goes on after an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    /// With the next instruction; a jump or a call has set which that is.
    Next,
    /// Not at all: the module has returned.
    Finished,
    /// In another engine: the frame is in its canonical state.
    HandOver,
}

// ANCHOR: execute
/// Does what one instruction says. An error leaves the registers just behind it.
///
/// `opcode` is `i`'s. It is a parameter of its own so that a caller for whom it
/// is a constant gets the code of one arm and no `match`.
#[inline(always)]
pub(crate) fn execute(
    opcode: Opcode,
    vm: &mut Vm<'_>,
    r: &mut Registers,
    i: &Instruction,
) -> Outcome<Flow> {
    match opcode {
        Opcode::Resume => resume(vm, r, i),
        Opcode::PopTop => pop_top(vm, r, i),
        Opcode::Copy => copy(vm, r, i),
        // ANCHOR_END: execute
        Opcode::Swap => swap(vm, r, i),
        Opcode::PushNull => push_null(vm, r, i),
        Opcode::LoadConst => load_const(vm, r, i),
        Opcode::LoadFast => load_fast(vm, r, i),
        Opcode::LoadFastCheck => load_fast_check(vm, r, i),
        Opcode::StoreFast => store_fast(vm, r, i),
        Opcode::LoadName | Opcode::LoadGlobal => load_variable(vm, r, i),
        Opcode::StoreName | Opcode::StoreGlobal => store_variable(vm, r, i),
        Opcode::UnaryNegative => unary_negative(vm, r, i),
        Opcode::UnaryInvert => unary_invert(vm, r, i),
        Opcode::UnaryNot => unary_not(vm, r, i),
        Opcode::CallIntrinsic1 => unary_positive(vm, r, i),
        Opcode::ToBool => to_bool(vm, r, i),
        Opcode::BinaryOp => binary_op(vm, r, i),
        Opcode::CompareOp => compare_op(vm, r, i),
        Opcode::IsOp => is_op(vm, r, i),
        Opcode::JumpForward => jump_forward(vm, r, i),
        Opcode::JumpBackward => jump_backward(vm, r, i),
        Opcode::PopJumpIfFalse => pop_jump_if_false(vm, r, i),
        Opcode::PopJumpIfTrue => pop_jump_if_true(vm, r, i),
        Opcode::GetIter => get_iter(vm, r, i),
        Opcode::ForIter => for_iter(vm, r, i),
        Opcode::MakeFunction => make_function(vm, r, i),
        Opcode::Call => call(vm, r, i),
        Opcode::ReturnValue => return_value(vm, r, i),
        Opcode::ReturnConst => return_const(vm, r, i),
    }
}

// Entry, and the operand stack.

#[inline(always)]
fn resume(vm: &mut Vm<'_>, r: &mut Registers, _: &Instruction) -> Outcome<Flow> {
    match is_wanted(vm) && vm.attend()? == Attention::HandOver {
        true => hand_over(vm, *r),
        false => Ok(Flow::Next),
    }
}

#[inline(always)]
fn pop_top(_: &mut Vm<'_>, r: &mut Registers, _: &Instruction) -> Outcome<Flow> {
    r.pop();
    Ok(Flow::Next)
}

#[inline(always)]
fn copy(_: &mut Vm<'_>, r: &mut Registers, i: &Instruction) -> Outcome<Flow> {
    r.push(r.peek(i.operand));
    Ok(Flow::Next)
}

#[inline(always)]
fn swap(_: &mut Vm<'_>, r: &mut Registers, i: &Instruction) -> Outcome<Flow> {
    r.swap(i.operand);
    Ok(Flow::Next)
}

#[inline(always)]
fn push_null(_: &mut Vm<'_>, r: &mut Registers, _: &Instruction) -> Outcome<Flow> {
    r.push(Value::NULL);
    Ok(Flow::Next)
}

// Constants and variables.

#[inline(always)]
fn load_const(_: &mut Vm<'_>, r: &mut Registers, i: &Instruction) -> Outcome<Flow> {
    r.push(r.constant(i.operand));
    Ok(Flow::Next)
}

// ANCHOR: load_fast
#[inline(always)]
fn load_fast(_: &mut Vm<'_>, r: &mut Registers, i: &Instruction) -> Outcome<Flow> {
    r.push(r.slot(i.operand));
    Ok(Flow::Next)
}
// ANCHOR_END: load_fast

#[inline(always)]
fn load_fast_check(vm: &mut Vm<'_>, r: &mut Registers, i: &Instruction) -> Outcome<Flow> {
    let value = r.slot(i.operand);
    if value.is_null() {
        return Err(runtime::unbound_local(vm, i.operand));
    }
    r.push(value);
    Ok(Flow::Next)
}

#[inline(always)]
fn store_fast(_: &mut Vm<'_>, r: &mut Registers, i: &Instruction) -> Outcome<Flow> {
    let value = r.pop();
    r.set_slot(i.operand, value);
    Ok(Flow::Next)
}

/// `LOAD_NAME` and `LOAD_GLOBAL`: the module's variables are the same from anywhere.
#[inline(always)]
fn load_variable(vm: &mut Vm<'_>, r: &mut Registers, i: &Instruction) -> Outcome<Flow> {
    let value = r.variable(vm, i.operand);
    if value.is_null() {
        return Err(runtime::unbound_variable(vm, i.operand));
    }
    r.push(value);
    Ok(Flow::Next)
}

/// `STORE_NAME` and `STORE_GLOBAL`.
#[inline(always)]
fn store_variable(vm: &mut Vm<'_>, r: &mut Registers, i: &Instruction) -> Outcome<Flow> {
    let value = r.pop();
    r.set_variable(vm, i.operand, value);
    Ok(Flow::Next)
}

// Operators.

#[inline(always)]
fn unary_negative(vm: &mut Vm<'_>, r: &mut Registers, _: &Instruction) -> Outcome<Flow> {
    let result = match r.peek(1).fast_neg() {
        Some(result) => result,
        None => runtime::unary_negative(vm, r.peek(1))?,
    };
    r.replace(1, result);
    Ok(Flow::Next)
}

#[inline(always)]
fn unary_invert(vm: &mut Vm<'_>, r: &mut Registers, _: &Instruction) -> Outcome<Flow> {
    let result = runtime::unary_invert(vm, r.peek(1))?;
    r.replace(1, result);
    Ok(Flow::Next)
}

#[inline(always)]
fn unary_not(_: &mut Vm<'_>, r: &mut Registers, _: &Instruction) -> Outcome<Flow> {
    r.replace(1, Value::bool(r.peek(1) == Value::FALSE));
    Ok(Flow::Next)
}

/// `CALL_INTRINSIC_1`, of which unary plus is the only one.
#[inline(always)]
fn unary_positive(vm: &mut Vm<'_>, r: &mut Registers, _: &Instruction) -> Outcome<Flow> {
    let result = runtime::unary_positive(vm, r.peek(1))?;
    r.replace(1, result);
    Ok(Flow::Next)
}

#[inline(always)]
fn to_bool(vm: &mut Vm<'_>, r: &mut Registers, _: &Instruction) -> Outcome<Flow> {
    let value = r.peek(1);
    let truth = value.fast_truth().unwrap_or_else(|| runtime::truth(vm, value));
    r.replace(1, Value::bool(truth));
    Ok(Flow::Next)
}

// ANCHOR: binary_op
#[inline(always)]
fn binary_op(vm: &mut Vm<'_>, r: &mut Registers, i: &Instruction) -> Outcome<Flow> {
    let (left, right) = (r.peek(2), r.peek(1));
    let result = match fast_binary_op(i.operand, left, right) {
        Some(result) => result,
        None => slow_binary_op(vm, i.operand, left, right)?,
    };
    r.replace(2, result);
    Ok(Flow::Next)
}
// ANCHOR_END: binary_op

#[inline(always)]
fn compare_op(vm: &mut Vm<'_>, r: &mut Registers, i: &Instruction) -> Outcome<Flow> {
    let (left, right) = (r.peek(2), r.peek(1));
    let comparison = Comparison::decode(i.operand);
    let result = match left.fast_cmp(right) {
        Some(order) => Value::bool(comparison.holds(order)),
        None => runtime::compare_op(vm, comparison, left, right)?,
    };
    r.replace(2, result);
    Ok(Flow::Next)
}

#[inline(always)]
fn is_op(vm: &mut Vm<'_>, r: &mut Registers, i: &Instruction) -> Outcome<Flow> {
    let (left, right) = (r.peek(2), r.peek(1));
    let is_same = match left.fast_is(right) {
        Some(is_same) => is_same,
        None => runtime::is_same(vm, left, right)?,
    };
    r.replace(2, Value::bool(is_same != (i.operand == 1)));
    Ok(Flow::Next)
}

// Control.

#[inline(always)]
fn jump_forward(_: &mut Vm<'_>, r: &mut Registers, i: &Instruction) -> Outcome<Flow> {
    r.jump(i.operand);
    Ok(Flow::Next)
}

// ANCHOR: jump_backward
#[inline(always)]
fn jump_backward(vm: &mut Vm<'_>, r: &mut Registers, i: &Instruction) -> Outcome<Flow> {
    let hands_over = is_wanted(vm) && vm.attend()? == Attention::HandOver;
    r.jump(i.operand);
    if hands_over { hand_over(vm, *r) } else { Ok(Flow::Next) }
}
// ANCHOR_END: jump_backward

#[inline(always)]
fn pop_jump_if_false(_: &mut Vm<'_>, r: &mut Registers, i: &Instruction) -> Outcome<Flow> {
    if r.pop() == Value::FALSE {
        r.jump(i.operand);
    }
    Ok(Flow::Next)
}

#[inline(always)]
fn pop_jump_if_true(_: &mut Vm<'_>, r: &mut Registers, i: &Instruction) -> Outcome<Flow> {
    if r.pop() == Value::TRUE {
        r.jump(i.operand);
    }
    Ok(Flow::Next)
}

#[inline(always)]
fn get_iter(vm: &mut Vm<'_>, r: &mut Registers, i: &Instruction) -> Outcome<Flow> {
    let state = runtime::range_state(vm, r.arguments(i.operand))?;
    r.drop(i.operand);
    r.set_range(i.slot, state);
    Ok(Flow::Next)
}

#[inline(always)]
fn for_iter(_: &mut Vm<'_>, r: &mut Registers, i: &Instruction) -> Outcome<Flow> {
    let mut state = r.range(i.slot);
    match state.advance() {
        Some(number) => {
            r.set_range(i.slot, state);
            r.push(number);
        }
        None => r.jump(i.operand),
    }
    Ok(Flow::Next)
}

// Functions.

#[inline(always)]
fn make_function(vm: &mut Vm<'_>, r: &mut Registers, _: &Instruction) -> Outcome<Flow> {
    let function = runtime::make_function(vm, r.peek(1));
    r.replace(1, function);
    Ok(Flow::Next)
}

// ANCHOR: call
#[inline(always)]
fn call(vm: &mut Vm<'_>, r: &mut Registers, i: &Instruction) -> Outcome<Flow> {
    let callable = r.peek(i.operand + 2);
    let Some(function) = callable.as_function() else {
        let result = runtime::call_builtin(vm, callable, r.arguments(i.operand))?;
        r.replace(i.operand + 2, result);
        return Ok(Flow::Next);
    };
    if vm.function(function).parameters != i.operand {
        return Err(runtime::refuse_call(vm, callable, i.operand));
    }
    if !r.enter(vm, function, i.operand) {
        return Err(runtime::refuse_recursion(vm));
    }
    Ok(Flow::Next)
}
// ANCHOR_END: call

#[inline(always)]
fn return_value(vm: &mut Vm<'_>, r: &mut Registers, _: &Instruction) -> Outcome<Flow> {
    let result = r.pop();
    Ok(if r.leave(vm, result) { Flow::Finished } else { Flow::Next })
}

#[inline(always)]
fn return_const(vm: &mut Vm<'_>, r: &mut Registers, i: &Instruction) -> Outcome<Flow> {
    let result = r.constant(i.operand);
    Ok(if r.leave(vm, result) { Flow::Finished } else { Flow::Next })
}

/// Leaves the frame to whoever resumes it.
#[cold]
fn hand_over(vm: &mut Vm<'_>, r: Registers) -> Outcome<Flow> {
    r.save_next(vm);
    Ok(Flow::HandOver)
}

/// Whether someone wants [`Vm::attend`] to be called.
#[inline(always)]
fn is_wanted(vm: &Vm<'_>) -> bool {
    vm.poll_word().load(Ordering::Relaxed) != 0
}

/// The operators that loops are made of, on integers. The numbers are compared
/// as they stand in the instruction: decoding them would cost more than adding.
#[inline(always)]
fn fast_binary_op(operand: u32, left: Value, right: Value) -> Option<Value> {
    const ADD: u32 = BinaryOperator::Add as u32;
    const SUBTRACT: u32 = BinaryOperator::Subtract as u32;
    const MULTIPLY: u32 = BinaryOperator::Multiply as u32;
    const REMAINDER: u32 = BinaryOperator::Remainder as u32;
    const FLOOR_DIVIDE: u32 = BinaryOperator::FloorDivide as u32;
    const AND: u32 = BinaryOperator::And as u32;
    const IN_PLACE: u32 = BinaryOperator::IN_PLACE;
    let operator = if operand >= IN_PLACE { operand - IN_PLACE } else { operand };
    match operator {
        ADD => left.fast_add(right),
        SUBTRACT => left.fast_sub(right),
        MULTIPLY => left.fast_mul(right),
        REMAINDER => left.fast_rem(right),
        FLOOR_DIVIDE => left.fast_floor_div(right),
        AND => left.fast_and(right),
        _ => None,
    }
}

#[inline(never)]
fn slow_binary_op(vm: &mut Vm<'_>, operand: u32, left: Value, right: Value) -> Outcome {
    let (operator, in_place) = BinaryOperator::decode(operand);
    runtime::binary_op(vm, operator, in_place, left, right)
}
