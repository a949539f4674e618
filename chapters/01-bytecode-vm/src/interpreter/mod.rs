//! The interpreter: fetch an instruction, do what it says, repeat. Chapter 1 of
//! the book, "A loop and a switch".
#![expect(unsafe_code, reason = "takes over the VM's frame, whose accesses are unchecked")]

mod observer;
mod stepper;

use crate::engine::{Engine, Exit};
use crate::exception::Outcome;
use crate::operations::{Flow, Registers, execute};
use crate::vm::Vm;
pub use observer::{Counts, Observer};
pub use stepper::Stepper;

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
        let outcome = interpret(vm, &mut registers, &mut self.observer);
        conclude(vm, registers, outcome)
    }
}

/// Ends the turn of an engine that has come to an end, or hands over.
fn conclude(vm: &mut Vm<'_>, registers: Registers, outcome: Outcome<Flow>) -> Exit {
    match outcome {
        Ok(Flow::HandOver) => return Exit::HandedOver,
        Ok(_) => {}
        Err(_) => registers.save_failed(vm),
    }
    vm.end();
    if outcome.is_ok() { Exit::Finished } else { Exit::Raised }
}

// ANCHOR: loop
/// The loop. An error leaves the registers just behind the instruction that raised it.
#[inline(always)]
fn interpret(vm: &mut Vm<'_>, r: &mut Registers, observer: &mut impl Observer) -> Outcome<Flow> {
    loop {
        let i = r.fetch();
        r.check(vm, i);
        observer.executes(i.opcode);
        let flow = execute(i.opcode, vm, r, i)?;
        if flow != Flow::Next {
            return Ok(flow);
        }
    }
}
// ANCHOR_END: loop
