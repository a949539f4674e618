//! The JIT as an engine: it compiles a whole program, and can go on from any
//! instruction of it. Chapter 1 of the book, "Copy, patch, run".
#![expect(unsafe_code, reason = "calls the machine code that it has emitted")]

use std::sync::Arc;

use ch00_workbench::Listing;
use memmap2::{Mmap, MmapMut};

use super::JitError;
use super::emit::{CodeOffset, Layout, emit};
use super::listing;
use super::routine::{CodeAddress, Run};
use crate::code::Program;
use crate::engine::{Engine, Exit};
use crate::operations::Registers;
use crate::vm::Vm;

/// The engine that runs a program as calls of its opcodes' routines.
///
/// The code belongs to the engine: no frame and no function of a VM points to
/// it, so that the engine may come and go while a VM lives.
///
/// What panics while compiled code runs (a writer or a closure that the VM was
/// given) ends the process: machine code that has no unwind tables cannot be
/// unwound.
#[derive(Debug)]
pub struct CallThreading {
    program: Arc<Program>,
    code: Mmap,
    enter: CodeAddress,
    leave: CodeAddress,
    /// Where the code of each instruction begins, by code object.
    labels: Vec<Box<[CodeAddress]>>,
}

impl CallThreading {
    // ANCHOR: new
    /// Compiles a program.
    ///
    /// # Errors
    /// When the system gives no memory, or does not let it be executed.
    pub fn new(program: Arc<Program>) -> Result<CallThreading, JitError> {
        let layout = Layout::of(&program);
        let no_memory = |reason| JitError::Memory { bytes: layout.size, reason };
        let mut memory = MmapMut::map_anon(layout.size).map_err(no_memory)?;
        emit(&program, &layout, &mut memory);
        let code = memory.make_exec().map_err(no_memory)?;

        let address = |offset: CodeOffset| CodeAddress(code[offset.0..].as_ptr());
        let labels = layout.starts.iter();
        let labels = labels.map(|starts| starts.iter().copied().map(address).collect()).collect();
        let (enter, leave) = (address(layout.enter), address(layout.leave));
        Ok(CallThreading { program, code, enter, leave, labels })
    }
    // ANCHOR_END: new

    /// The code with names for addresses.
    #[must_use]
    pub fn listing(&self) -> Listing {
        listing::code(&self.program, &Layout::of(&self.program), &self.code)
    }
}

impl Engine for CallThreading {
    fn resume(&mut self, vm: &mut Vm<'_>) -> Exit {
        vm.assert_running();
        assert!(std::ptr::eq(vm.program(), &*self.program), "the code is another program's");
        // SAFETY: between `load` and the end, only the routines touch the frame,
        // each called for an instruction of it, in the order that they tell.
        let registers = unsafe { Registers::load(vm) };
        // ANCHOR: resume
        let labels = &self.labels[vm.running_code().0 as usize];
        let start = labels[registers.next_index().0 as usize];
        let mut run = Run {
            vm,
            registers,
            labels: &self.labels,
            here: labels,
            leave: self.leave,
            exit: Exit::Finished,
        };
        // SAFETY: at `enter` lies executable code of a function of this type,
        // which `start` and all the labels belong to. It keeps the registers
        // that the ABI wants kept, and nothing unwinds through it: a routine
        // that panics aborts.
        let enter: extern "sysv64" fn(&mut Run<'_, '_>, CodeAddress) =
            unsafe { std::mem::transmute(self.enter) };
        enter(&mut run, start);
        // ANCHOR_END: resume
        let exit = run.exit;
        if exit != Exit::HandedOver {
            vm.end();
        }
        exit
    }
}
