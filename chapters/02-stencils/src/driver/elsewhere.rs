//! The engines where their code cannot run: nobody can make them.

use std::convert::Infallible;
use std::sync::Arc;

use ch00_workbench::Listing;
use ch01_bytecode_vm::{Engine, Exit, JitError, Program, Vm};

use super::stencils::Stencils;

/// The same-C interpreter, which does not exist on this machine.
#[derive(Debug)]
pub struct InterpreterC(Infallible);

impl InterpreterC {
    /// Loads nothing.
    ///
    /// # Errors
    /// Always: [`JitError::Elsewhere`].
    pub fn new(_: &Stencils) -> Result<InterpreterC, JitError> {
        Err(JitError::Elsewhere)
    }
}

impl Engine for InterpreterC {
    fn resume(&mut self, _: &mut Vm<'_>) -> Exit {
        match self.0 {}
    }
}

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

    /// The size of code that there cannot be.
    #[must_use]
    pub fn size(&self) -> usize {
        match self.0 {}
    }
}

impl Engine for Jit {
    fn resume(&mut self, _: &mut Vm<'_>) -> Exit {
        match self.0 {}
    }
}
