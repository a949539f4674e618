//! What others may see of an engine's cache while the engine runs. Chapter 5 of the book,
//! "What it counts, and what that costs".
#![cfg_attr(test, expect(unsafe_code, reason = "passes on what a test vouches for"))]

use std::rc::Rc;

use ch00_workbench::Listing;
use ch01_bytecode_vm::JitError;
#[cfg(test)]
use ch01_bytecode_vm::Vm;
#[cfg(test)]
use ch02_stencils::CodeAddress;

#[cfg(test)]
use super::compiler::FunctionCompiler;
#[cfg(test)]
use super::host::VmHost;
use super::jit::State;
use super::statistics;
#[cfg(test)]
use crate::mechanism::CodeCache;
use crate::mechanism::Statistics;

/// What can be seen of an engine's cache. It cannot run anything, so that whoever has it
/// may be called by code that is running.
#[derive(Debug)]
pub struct CacheView {
    state: Rc<State>,
}

impl CacheView {
    pub(super) fn new(state: Rc<State>) -> CacheView {
        CacheView { state }
    }

    /// Does something to the cache, for a VM whose code has called the runtime, which will
    /// return to `here`.
    ///
    /// # Safety
    /// It has, and will, and its code is this engine's.
    #[cfg(test)]
    pub(super) unsafe fn while_running<R>(
        &self,
        vm: &Vm<'_>,
        here: CodeAddress,
        act: impl FnOnce(&mut CodeCache<FunctionCompiler>, &VmHost<'_, '_>) -> R,
    ) -> R {
        // SAFETY: passed on.
        let host = unsafe { VmHost::running(vm, &self.state.shims, here) };
        act(&mut self.state.cache.borrow_mut(), &host)
    }

    /// What the cache has done so far, and what it holds.
    ///
    /// # Panics
    /// When somebody asks whom the cache itself has called, such as its arena's pages.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        self.state.cache.borrow().statistics()
    }

    /// All of that in words, by function and in sum.
    ///
    /// # Panics
    /// As for [`statistics`](Self::statistics).
    #[must_use]
    pub fn listing(&self) -> Listing {
        statistics::listing(&self.state.program, &self.state.cache.borrow(), &self.state.options)
    }

    /// Why a function that should have code has none: the first time that the system had
    /// no memory.
    #[must_use]
    pub fn take_trouble(&self) -> Option<JitError> {
        self.state.trouble.take()
    }
}
