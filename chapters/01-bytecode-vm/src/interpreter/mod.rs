//! The interpreter: fetch an instruction, do what it says, repeat. Chapter 1 of
//! the book, "A loop and a switch".
#![expect(unsafe_code, reason = "takes over the VM's frame, whose accesses are unchecked")]

mod observer;
mod operations;
mod registers;

use crate::engine::{Engine, Exit};
use crate::exception::Outcome;
use crate::opcode::Opcode;
use crate::vm::Vm;
pub use observer::{Counts, Observer};
use operations::Flow;
use registers::Registers;

/// The engine that executes bytecode as it is.
#[derive(Debug, Default)]
pub struct Interpreter<O = ()> {
    /// Is told of every instruction; `()` is told nothing, and costs nothing.
    pub observer: O,
}

impl<O: Observer> Engine for Interpreter<O> {
    fn resume(&mut self, vm: &mut Vm<'_>) -> Exit {
        vm.assert_running();
        // SAFETY: between `load` and the end, only the loop below touches the
        // frame, and it does what the instructions say, one after the other.
        let mut registers = unsafe { Registers::load(vm) };
        match interpret(vm, &mut registers, &mut self.observer) {
            Ok(Flow::HandOver) => Exit::HandedOver,
            Ok(_) => {
                vm.end();
                Exit::Finished
            }
            Err(_) => {
                registers.save_failed(vm);
                vm.end();
                Exit::Raised
            }
        }
    }
}

// ANCHOR: loop
/// The loop. An error leaves the registers just behind the instruction that raised it.
#[inline(always)]
fn interpret(vm: &mut Vm<'_>, r: &mut Registers, observer: &mut impl Observer) -> Outcome<Flow> {
    loop {
        r.check(vm);
        let i = r.fetch();
        observer.executes(i.opcode);
        let flow = match i.opcode {
            Opcode::Resume => operations::resume(vm, r, i)?,
            Opcode::PopTop => operations::pop_top(vm, r, i)?,
            Opcode::Copy => operations::copy(vm, r, i)?,
            Opcode::Swap => operations::swap(vm, r, i)?,
            Opcode::PushNull => operations::push_null(vm, r, i)?,
            Opcode::LoadConst => operations::load_const(vm, r, i)?,
            Opcode::LoadFast => operations::load_fast(vm, r, i)?,
            Opcode::LoadFastCheck => operations::load_fast_check(vm, r, i)?,
            Opcode::StoreFast => operations::store_fast(vm, r, i)?,
            Opcode::LoadName | Opcode::LoadGlobal => operations::load_variable(vm, r, i)?,
            Opcode::StoreName | Opcode::StoreGlobal => operations::store_variable(vm, r, i)?,
            Opcode::UnaryNegative => operations::unary_negative(vm, r, i)?,
            Opcode::UnaryInvert => operations::unary_invert(vm, r, i)?,
            Opcode::UnaryNot => operations::unary_not(vm, r, i)?,
            Opcode::CallIntrinsic1 => operations::unary_positive(vm, r, i)?,
            Opcode::ToBool => operations::to_bool(vm, r, i)?,
            Opcode::BinaryOp => operations::binary_op(vm, r, i)?,
            Opcode::CompareOp => operations::compare_op(vm, r, i)?,
            Opcode::IsOp => operations::is_op(vm, r, i)?,
            Opcode::JumpForward => operations::jump_forward(vm, r, i)?,
            Opcode::JumpBackward => operations::jump_backward(vm, r, i)?,
            Opcode::PopJumpIfFalse => operations::pop_jump_if_false(vm, r, i)?,
            Opcode::PopJumpIfTrue => operations::pop_jump_if_true(vm, r, i)?,
            Opcode::GetIter => operations::get_iter(vm, r, i)?,
            Opcode::ForIter => operations::for_iter(vm, r, i)?,
            Opcode::MakeFunction => operations::make_function(vm, r, i)?,
            Opcode::Call => operations::call(vm, r, i)?,
            Opcode::ReturnValue => operations::return_value(vm, r, i)?,
            Opcode::ReturnConst => operations::return_const(vm, r, i)?,
        };
        if flow != Flow::Next {
            return Ok(flow);
        }
    }
}
// ANCHOR_END: loop
