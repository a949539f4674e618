//! Where the frames of a VM return to. Chapter 4 of the book, "Nobody's code".
#![expect(unsafe_code, reason = "vouches that no frame is left out")]

use std::ptr;

use ch01_bytecode_vm::Vm;
use ch02_stencils::CodeAddress;

use crate::mechanism::CodeRoots;

/// The roots of the code of one VM. Code is run by one VM, so that these are all.
pub struct VmRoots<'a, 'io> {
    vm: &'a Vm<'io>,
    here: Option<CodeAddress>,
}

impl<'a, 'io> VmRoots<'a, 'io> {
    /// The roots of a VM that has handed over, or has not started, or has ended.
    ///
    /// # Safety
    /// No compiled code is running for the VM, and no other VM runs the code that is freed.
    #[must_use]
    pub unsafe fn suspended(vm: &'a Vm<'io>) -> VmRoots<'a, 'io> {
        VmRoots { vm, here: None }
    }

    /// The roots of a VM whose code has called a function of the runtime.
    ///
    /// # Safety
    /// The function will return to `here`, and no other VM runs the code that is freed.
    #[must_use]
    pub unsafe fn running(vm: &'a Vm<'io>, here: CodeAddress) -> VmRoots<'a, 'io> {
        VmRoots { vm, here: Some(here) }
    }

    /// Whose roots these are.
    pub(super) fn vm(&self) -> &Vm<'io> {
        self.vm
    }
}

// ANCHOR: roots
// SAFETY: compiled code goes on where a frame says that waits for its callee, or where
// the running one has called the runtime from. Below the module's frame lies the one
// that says where the module returns to: to code that lives as long as the engine.
unsafe impl CodeRoots for VmRoots<'_, '_> {
    fn visit(&self, root: &mut dyn FnMut(CodeAddress)) {
        let running = self.vm.frame().cast_const();
        let waiting = self.vm.frames().take_while(|&frame| !ptr::eq(frame, running));
        let returns = waiting.map(|frame| CodeAddress(frame.return_address as u64));
        returns.chain(self.here).for_each(root);
    }
}
// ANCHOR_END: roots
