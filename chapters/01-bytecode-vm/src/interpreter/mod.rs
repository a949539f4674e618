//! The interpreter: fetch an instruction, do what it says, repeat. Chapter 1 of
//! the book, "A loop and a switch".

mod observer;

mod registers;

use std::sync::atomic::Ordering;

use crate::engine::{Engine, Exit};
use crate::exception::Outcome;
use crate::opcode::{BinaryOperator, Comparison, Instruction, Opcode};
use crate::runtime;
use crate::value::Value;
use crate::vm::{Attention, Vm};
pub use observer::{Counts, Observer};
use registers::Registers;

/// The engine that executes bytecode as it is.
#[derive(Debug, Default)]
pub struct Interpreter<O = ()> {
    /// Is told of every instruction; `()` is told nothing, and costs nothing.
    pub observer: O,
}

impl<O: Observer> Engine for Interpreter<O> {
    fn resume(&mut self, vm: &mut Vm<'_>) -> Exit {
        let mut registers = Registers::load(vm);
        match interpret(vm, &mut registers, &mut self.observer) {
            Ok(exit) => exit,
            Err(_) => {
                registers.save_failed(vm);
                Exit::Raised
            }
        }
    }
}

// ANCHOR: loop
/// The loop. An error leaves the registers just behind the instruction that raised it.
#[inline(always)]
fn interpret(vm: &mut Vm<'_>, r: &mut Registers, observer: &mut impl Observer) -> Outcome<Exit> {
    loop {
        r.check(vm);
        let i = r.fetch();
        observer.executes(i.opcode);
        match i.opcode {
            Opcode::Resume => {
                if is_wanted(vm) && vm.attend()? == Attention::HandOver {
                    r.save_next(vm);
                    return Ok(Exit::HandedOver);
                }
            }
            Opcode::PopTop => drop(r.pop()),
            Opcode::Copy => r.push(r.peek(i.operand)),
            Opcode::Swap => r.swap(i.operand),
            Opcode::PushNull => r.push(Value::NULL),

            Opcode::LoadConst => r.push(r.constant(i.operand)),
            Opcode::LoadFast => r.push(r.slot(i.operand)),
            Opcode::LoadFastCheck => {
                let value = r.slot(i.operand);
                if value.is_null() {
                    return Err(runtime::unbound_local(vm, i.operand));
                }
                r.push(value);
            }
            Opcode::StoreFast => {
                let value = r.pop();
                r.set_slot(i.operand, value);
            }
            Opcode::LoadName | Opcode::LoadGlobal => {
                let value = r.variable(vm, i.operand);
                if value.is_null() {
                    return Err(runtime::unbound_variable(vm, i.operand));
                }
                r.push(value);
            }
            Opcode::StoreName | Opcode::StoreGlobal => {
                let value = r.pop();
                r.set_variable(vm, i.operand, value);
            }

            Opcode::UnaryNegative => {
                let result = match r.peek(1).fast_neg() {
                    Some(result) => result,
                    None => runtime::unary_negative(vm, r.peek(1))?,
                };
                r.replace(1, result);
            }
            Opcode::UnaryInvert => r.replace(1, runtime::unary_invert(vm, r.peek(1))?),
            Opcode::UnaryNot => r.replace(1, Value::bool(r.peek(1) == Value::FALSE)),
            Opcode::CallIntrinsic1 => r.replace(1, runtime::unary_positive(vm, r.peek(1))?),
            Opcode::ToBool => {
                let value = r.peek(1);
                let truth = value.fast_truth().unwrap_or_else(|| runtime::truth(vm, value));
                r.replace(1, Value::bool(truth));
            }
            Opcode::BinaryOp => {
                let (left, right) = (r.peek(2), r.peek(1));
                let result = match fast_binary_op(i.operand, left, right) {
                    Some(result) => result,
                    None => slow_binary_op(vm, i.operand, left, right)?,
                };
                r.replace(2, result);
            }
            Opcode::CompareOp => {
                let (left, right) = (r.peek(2), r.peek(1));
                let comparison = Comparison::decode(i.operand);
                let result = match left.fast_cmp(right) {
                    Some(order) => Value::bool(comparison.holds(order)),
                    None => runtime::compare_op(vm, comparison, left, right)?,
                };
                r.replace(2, result);
            }
            Opcode::IsOp => {
                let (left, right) = (r.peek(2), r.peek(1));
                let is_same = match left.fast_is(right) {
                    Some(is_same) => is_same,
                    None => runtime::is_same(vm, left, right)?,
                };
                r.replace(2, Value::bool(is_same != (i.operand == 1)));
            }

            Opcode::JumpForward => r.jump(vm, i.operand),
            Opcode::JumpBackward => {
                if is_wanted(vm) && vm.attend()? == Attention::HandOver {
                    r.jump(vm, i.operand);
                    r.save_next(vm);
                    return Ok(Exit::HandedOver);
                }
                r.jump(vm, i.operand);
            }
            Opcode::PopJumpIfFalse => {
                if r.pop() == Value::FALSE {
                    r.jump(vm, i.operand);
                }
            }
            Opcode::PopJumpIfTrue => {
                if r.pop() == Value::TRUE {
                    r.jump(vm, i.operand);
                }
            }
            Opcode::GetIter => {
                let state = runtime::range_state(vm, r.arguments(i.operand))?;
                r.drop(i.operand);
                r.set_range(i.slot, state);
            }
            Opcode::ForIter => {
                let mut state = r.range(i.slot);
                match state.advance() {
                    Some(number) => {
                        r.set_range(i.slot, state);
                        r.push(number);
                    }
                    None => r.jump(vm, i.operand),
                }
            }

            Opcode::MakeFunction => r.replace(1, runtime::make_function(vm, r.peek(1))),
            Opcode::Call => call(vm, r, i)?,
            Opcode::ReturnValue => {
                let result = r.pop();
                if r.leave(vm, result) {
                    return Ok(Exit::Finished);
                }
            }
            Opcode::ReturnConst => {
                let result = r.constant(i.operand);
                if r.leave(vm, result) {
                    return Ok(Exit::Finished);
                }
            }
        }
    }
}
// ANCHOR_END: loop

/// Whether someone wants [`Vm::attend`] to be called.
#[inline(always)]
fn is_wanted(vm: &Vm<'_>) -> bool {
    vm.poll_word().load(Ordering::Relaxed) != 0
}

/// The operators that loops are made of, on integers.
#[inline(always)]
fn fast_binary_op(operand: u32, left: Value, right: Value) -> Option<Value> {
    const IN_PLACE: u32 = BinaryOperator::IN_PLACE;
    let operator = if operand >= IN_PLACE { operand - IN_PLACE } else { operand };
    match operator {
        _ if operator == BinaryOperator::Add as u32 => left.fast_add(right),
        _ if operator == BinaryOperator::Subtract as u32 => left.fast_sub(right),
        _ if operator == BinaryOperator::Multiply as u32 => left.fast_mul(right),
        _ if operator == BinaryOperator::Remainder as u32 => left.fast_rem(right),
        _ if operator == BinaryOperator::FloorDivide as u32 => left.fast_floor_div(right),
        _ if operator == BinaryOperator::And as u32 => left.fast_and(right),
        _ => None,
    }
}

#[inline(never)]
fn slow_binary_op(vm: &mut Vm<'_>, operand: u32, left: Value, right: Value) -> Outcome {
    let (operator, in_place) = BinaryOperator::decode(operand);
    runtime::binary_op(vm, operator, in_place, left, right)
}

/// `CALL`: enters a function, or replaces a built-in's arguments by its result.
#[inline(always)]
fn call(vm: &mut Vm<'_>, r: &mut Registers, i: &Instruction) -> Outcome<()> {
    let callable = r.peek(i.operand + 2);
    let Some(function) = callable.as_function() else {
        let result = runtime::call_builtin(vm, callable, r.arguments(i.operand))?;
        r.replace(i.operand + 2, result);
        return Ok(());
    };
    if vm.function(function).parameters != i.operand {
        return Err(runtime::refuse_call(vm, callable, i.operand));
    }
    if !r.enter(vm, function, i.operand) {
        return Err(runtime::refuse_recursion(vm));
    }
    Ok(())
}
