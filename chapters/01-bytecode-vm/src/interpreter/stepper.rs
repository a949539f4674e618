//! The interpreter in portions, for those who want to see what an engine does
//! when it has to go on from any instruction.
#![expect(unsafe_code, reason = "takes over the VM's frame, whose accesses are unchecked")]

use super::conclude;
use crate::engine::{Engine, Exit};
use crate::operations::{Flow, Registers, execute};
use crate::vm::Vm;

/// An engine that hands over after some number of instructions, wherever that is:
/// also in the midst of an expression. All others do so at function entries and
/// back edges.
pub struct Stepper<F> {
    portion: F,
}

impl<F: FnMut() -> u32> Stepper<F> {
    /// A stepper that asks `portion`, each time it resumes, how many instructions
    /// to execute: one at least, or resuming panics.
    pub fn new(portion: F) -> Stepper<F> {
        Stepper { portion }
    }
}

impl<F: FnMut() -> u32> Engine for Stepper<F> {
    fn resume(&mut self, vm: &mut Vm<'_>) -> Exit {
        vm.assert_running();
        // SAFETY: between `load` and the end, only the loop below touches the
        // frame, and it does what the instructions say, one after the other.
        let mut r = unsafe { Registers::load(vm) };
        let portion = (self.portion)();
        assert!(portion > 0, "who executes nothing never comes to an end");
        for _ in 0..portion {
            let i = r.fetch();
            r.check(vm, i);
            let outcome = execute(i.opcode, vm, &mut r, i);
            if !matches!(outcome, Ok(Flow::Next)) {
                return conclude(vm, r, outcome);
            }
        }
        r.save_next(vm);
        Exit::HandedOver
    }
}
