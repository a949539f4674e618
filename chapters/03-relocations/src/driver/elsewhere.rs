//! The engine where its code cannot run: nobody can make it.

use std::convert::Infallible;
use std::sync::Arc;

use ch00_workbench::{Compiled, Compiler, Listing, Memory, Refusal};
use ch01_bytecode_vm::{Engine, Exit, JitError, Program, Vm};

use super::stencils::Stencils;

/// The JIT, which does not exist on this machine.
#[derive(Debug)]
pub struct Jit(Infallible);

impl Jit {
    /// Compiles nothing.
    ///
    /// # Errors
    /// Always: [`JitError::Elsewhere`].
    pub fn new(_: Arc<Program>, _: Arc<Stencils>) -> Result<Jit, JitError> {
        Err(JitError::Elsewhere)
    }

    /// The listing of code that there cannot be.
    #[must_use]
    pub fn listing(&self) -> Listing {
        match self.0 {}
    }

    /// The sizes of code that there cannot be.
    #[must_use]
    pub fn sizes(&self) -> (usize, usize) {
        match self.0 {}
    }
}

impl Engine for Jit {
    fn resume(&mut self, _: &mut Vm<'_>) -> Exit {
        match self.0 {}
    }
}

/// The compiler to be timed, which does not exist either.
#[derive(Debug)]
pub(super) struct TimedCompiler(Infallible);

impl TimedCompiler {
    pub(super) fn new(_: &[Arc<Program>], _: Arc<Stencils>) -> Result<TimedCompiler, JitError> {
        Err(JitError::Elsewhere)
    }
}

impl Compiler for TimedCompiler {
    fn memories(&self) -> &'static [Memory] {
        match self.0 {}
    }

    fn compile(&mut self, _: Memory) -> Result<Compiled, Refusal> {
        match self.0 {}
    }
}
