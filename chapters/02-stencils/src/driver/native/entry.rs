//! From the VM's frame to the registers of compiled code, and back. Chapter 2 of
//! the book, "Calls without calls".
#![expect(unsafe_code, reason = "reads the running frame, and calls compiled code")]

use std::ffi::c_void;

use ch01_bytecode_vm::{CodeId, Exit, Frame, FunctionId, InstructionIndex, Program, Value, Vm};

use crate::driver::abi::exit_code;
use crate::mechanism::CodeAddress;

/// A program that has been compiled to machine code, each of its instructions.
///
/// # Safety
/// At [`enter`](Self::enter) there is the stencil `enter` of `stencils/part1/entry.c`,
/// and at [`finish`](Self::finish) the stencil `finish`. At the address of an
/// instruction there is code that does what the instruction says, to a VM that is
/// laid out as the C has it, and then jumps to the code of the one that comes next.
/// All of it stays there as long as the program is borrowed and somebody may still get
/// there, and what it calls aborts instead of unwinding.
pub unsafe trait CompiledProgram {
    /// What it was compiled from.
    fn program(&self) -> &Program;

    /// The way in, an ordinary C function.
    fn enter(&self) -> CodeAddress;

    /// Where the module returns to.
    fn finish(&self) -> CodeAddress;

    /// The code of an instruction.
    ///
    /// # Panics
    /// When there is no such instruction.
    fn address(&self, code: CodeId, instruction: InstructionIndex) -> CodeAddress;
}

/// `enter` in `stencils/part1/entry.c`.
type Enter = for<'vm, 'io> unsafe extern "sysv64" fn(
    &'vm mut Vm<'io>,
    *mut Frame,
    *mut Value,
    *mut Value,
    CodeAddress,
) -> u32;

/// Runs a VM with compiled code, from where its frame is.
///
/// # Panics
/// When the code is another program's, or the VM's program has ended.
pub fn resume(compiled: &impl CompiledProgram, vm: &mut Vm<'_>) -> Exit {
    vm.assert_running();
    assert!(std::ptr::eq(vm.program(), compiled.program()), "the code is another program's");
    install(compiled, vm);
    let (code, instruction) = position(vm, vm.frame());
    let start = compiled.address(code, instruction);
    // SAFETY: code lies at these addresses and wherever it jumps, as the trait asks
    // for: the cells have just been written.
    unsafe { run_from(start, compiled.enter(), vm) }
}

/// Runs a VM with the code at `start`, by way of `enter`.
///
/// # Safety
/// At `enter` there is the stencil `enter` of `stencils/part1/entry.c`. At `start` there
/// is code that goes on with the running frame, whatever that jumps to is code as well,
/// and none of it unwinds.
pub unsafe fn run_from(start: CodeAddress, enter: CodeAddress, vm: &mut Vm<'_>) -> Exit {
    let Registers { frame, stack_top, slots } = Registers::of(vm);
    // SAFETY: `enter` is a C function of this type, and frame, stack and slots are
    // those of `vm`. The caller vouches for the code.
    let exit = unsafe {
        let enter: Enter = std::mem::transmute(enter);
        enter(vm, frame, stack_top, slots, start)
    };
    leave(vm, exit)
}

// ANCHOR: install
/// Writes the code into all cells of the VM that compiled code jumps through: the
/// entry of each function, and the return address of each frame that waits for a
/// callee. Below the module's frame lies one that does not run.
fn install(compiled: &impl CompiledProgram, vm: &Vm<'_>) {
    for id in (0..compiled.program().codes().len() as u32).map(FunctionId) {
        let entry = compiled.address(vm.function(id).code, InstructionIndex(0));
        // SAFETY: this is code of the function, and only engines jump through
        // the cell, each of them after it has written it.
        unsafe { vm.set_entry(id, entry.0 as *mut c_void) };
    }
    let module = vm.module_frame();
    let mut frame = vm.frame();
    while frame > module {
        frame = frame.wrapping_sub(1);
        let (code, call) = position(vm, frame);
        let next = compiled.address(code, InstructionIndex(call.0 + 1));
        // SAFETY: the frame is one of the VM's, below the running one.
        unsafe { (*frame).return_address = next.0 as *const c_void };
    }
    // SAFETY: below the module's frame lies one more, for this.
    unsafe { (*module.wrapping_sub(1)).return_address = compiled.finish().0 as *const c_void };
}
// ANCHOR_END: install

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
