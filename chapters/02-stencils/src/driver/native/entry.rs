//! From the VM's frame to the registers of compiled code, and back.
#![expect(unsafe_code, reason = "reads the running frame through raw pointers")]

use ch01_bytecode_vm::{CodeId, Exit, Frame, InstructionIndex, Value, Vm};

use crate::driver::abi::exit_code;

/// What both kinds of code expect in their registers, beside the VM, when they
/// begin with an instruction.
#[derive(Clone, Copy, Debug)]
pub(super) struct Registers {
    pub(super) frame: *mut Frame,
    /// One past the topmost operand.
    pub(super) stack_top: *mut Value,
    pub(super) slots: *mut Value,
}

impl Registers {
    /// Those of the running frame, which is in its canonical state.
    pub(super) fn of(vm: &Vm<'_>) -> Registers {
        let (code, instruction) = position(vm, vm.frame());
        let code = vm.program().code(code);
        let depth = code.stack_base() + code.depths[instruction.0 as usize];
        let frame = vm.frame();
        // SAFETY: the running frame has a slot for each operand.
        unsafe {
            let slots = (*frame).slots;
            Registers { frame, stack_top: slots.add(depth as usize), slots }
        }
    }
}

/// Which instruction of which code object a frame of this VM is at.
pub(super) fn position(vm: &Vm<'_>, frame: *mut Frame) -> (CodeId, InstructionIndex) {
    debug_assert!((vm.module_frame()..=vm.frame()).contains(&frame), "the frame is under way");
    // SAFETY: the VM's frames up to the running one are written, and their
    // functions are the VM's.
    unsafe { ((*(*frame).function).code, (*frame).instruction) }
}

/// Ends the run of an engine whose code has returned `code`.
pub(super) fn leave(vm: &mut Vm<'_>, code: u32) -> Exit {
    let exits = [Exit::Finished, Exit::Raised, Exit::HandedOver];
    let exit = exits.into_iter().find(|&exit| exit_code(exit) == code);
    let exit = exit.expect("stencils return what `Exit` in vm.h says");
    if exit != Exit::HandedOver {
        vm.end();
    }
    exit
}
