//! A VM as the host of a cache: its functions' entries, and its frames' return addresses.
//! Chapter 5 of the book, "Python moves in".
#![expect(unsafe_code, reason = "writes entries and return addresses of a VM")]

use std::ffi::c_void;
use std::ptr;
use std::sync::atomic::Ordering;

use ch01_bytecode_vm::{CodeId, Frame, FunctionId, InstructionIndex, Vm};
use ch02_stencils::CodeAddress;
use ch04_executable_memory::CodeRoots;
use ch04_executable_memory::driver::VmRoots;

use super::shims::Shims;
use crate::mechanism::Host;

/// A VM whose code is not running: it has called the stub, or has handed over.
pub(super) struct VmHost<'a, 'io> {
    vm: &'a Vm<'io>,
    roots: VmRoots<'a, 'io>,
    shims: &'a Shims,
}

impl<'a, 'io> VmHost<'a, 'io> {
    /// The VM as a host.
    ///
    /// # Safety
    /// None of the cache's code is running for the VM, and no other VM runs it. When the
    /// VM goes on, the return addresses of its frames are of the cache's code, or of that
    /// of `shims`.
    pub(super) unsafe fn new(vm: &'a Vm<'io>, shims: &'a Shims) -> VmHost<'a, 'io> {
        // SAFETY: passed on.
        let roots = unsafe { VmRoots::suspended(vm) };
        VmHost { vm, roots, shims }
    }

    /// The same for a VM whose code has called the runtime.
    ///
    /// # Safety
    /// The runtime will return to `here`; the rest is as for [`new`](Self::new).
    #[cfg(test)]
    pub(super) unsafe fn running(
        vm: &'a Vm<'io>,
        shims: &'a Shims,
        here: CodeAddress,
    ) -> VmHost<'a, 'io> {
        // SAFETY: passed on.
        let roots = unsafe { VmRoots::running(vm, here) };
        VmHost { vm, roots, shims }
    }

    /// The frames that wait for a callee, the innermost first.
    fn waiting(&self) -> impl Iterator<Item = *mut Frame> {
        let module = self.vm.module_frame();
        let below = move |&frame: &*mut Frame| (frame > module).then(|| frame.wrapping_sub(1));
        std::iter::successors(below(&self.vm.frame()), below)
    }

    /// Writes where each frame goes on that waits for a callee, and what lies below the
    /// module's.
    pub(super) fn set_return_addresses(
        &self,
        address: impl Fn(CodeId, InstructionIndex) -> Option<CodeAddress>,
    ) {
        for frame in self.waiting() {
            // SAFETY: the frame is one of the VM's, below the running one, and its
            // function is the VM's.
            unsafe {
                let (code, call) = ((*(*frame).function).code, (*frame).instruction);
                let next = address(code, InstructionIndex(call.0 + 1));
                set_return_address(frame, next.unwrap_or(self.shims.interpret_after_call));
            }
        }
        // SAFETY: below the module's frame lies one more, for this.
        unsafe { set_return_address(self.vm.module_frame().wrapping_sub(1), self.shims.finish) };
    }

    /// Says how many calls of a function `let_pass` lets pass.
    pub(super) fn set_calls_to_pass(&self, key: CodeId, calls: u32) {
        let word = ptr::without_provenance_mut(calls as usize);
        self.vm.function(FunctionId(key.0)).engine.store(word, Ordering::Relaxed);
    }

    /// Writes an entry, and leaves the entries to whose they were: whoever had the cache
    /// write this one still knows them all.
    ///
    /// # Safety
    /// `entry` is the code of this function, or a shim.
    unsafe fn set_own_entry(&self, key: CodeId, entry: CodeAddress) {
        let owner = self.vm.entries_owner();
        // SAFETY: passed on.
        unsafe {
            self.vm.set_entry(FunctionId(key.0), entry.0 as *mut c_void);
            self.vm.claim_entries(owner);
        }
    }
}

/// # Safety
/// The frame is one of a VM's, and at `address` there is code that goes on in it.
unsafe fn set_return_address(frame: *mut Frame, address: CodeAddress) {
    // SAFETY: passed on.
    unsafe { (*frame).return_address = address.0 as *const c_void };
}

// SAFETY: those that wait return where their frames say, and the roots are all of these.
unsafe impl CodeRoots for VmHost<'_, '_> {
    fn visit(&self, root: &mut dyn FnMut(CodeAddress)) {
        self.roots.visit(root);
    }
}

// ANCHOR: host
// SAFETY: all calls go through the entry cells of the VM's functions.
unsafe impl Host for VmHost<'_, '_> {
    type Key = CodeId;

    fn set_entry(&self, key: CodeId, entry: Option<CodeAddress>) {
        let entry = entry.unwrap_or(self.shims.find_code);
        // SAFETY: it is the code of this function, or a shim.
        unsafe { self.set_own_entry(key, entry) };
    }

    fn divert(&self, is_gone: &dyn Fn(CodeAddress) -> bool) {
        for frame in self.waiting() {
            // SAFETY: the frame is one of the VM's. The interpreter can go on in any.
            unsafe {
                if is_gone(CodeAddress((*frame).return_address as u64)) {
                    set_return_address(frame, self.shims.interpret_after_call);
                }
            }
        }
    }
}
// ANCHOR_END: host
