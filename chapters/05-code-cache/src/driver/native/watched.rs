//! A JIT of whose faults the process tells before it dies of them. Chapter 4 of the
//! book, "Last words".

use ch01_bytecode_vm::{Engine, Exit, Vm};
use ch04_executable_memory::fault::{AlternateStack, Watch, report};

use super::jit::Jit;

/// A JIT in an arena that is watched. Where faults cannot be reported, it runs without.
#[derive(Debug)]
pub(crate) struct WatchedJit {
    jit: Jit,
    _watch: Option<Watch>,
    /// Of the thread that has made this, and will run it.
    _stack: Option<AlternateStack>,
}

impl WatchedJit {
    pub(crate) fn new(jit: Jit) -> WatchedJit {
        let watch = report(&jit.arena()).ok();
        WatchedJit { jit, _watch: watch, _stack: AlternateStack::install().ok() }
    }
}

impl Engine for WatchedJit {
    fn resume(&mut self, vm: &mut Vm<'_>) -> Exit {
        self.jit.resume(vm)
    }
}
