//! The engine where its code cannot run: nobody can make it.

use std::convert::Infallible;

use std::sync::Arc;

use ch00_workbench::{Compiled, Compiler, Listing, Memory as MemoryKind, Refusal, RunOptions};
use ch01_bytecode_vm::{Engine, Exit, JitError, Program, Vm};
use ch03_relocations::driver::Stencils;

/// The JIT, which does not exist on this machine.
#[derive(Debug)]
pub struct Jit(Infallible);

impl Jit {
    /// The listing of code that there cannot be.
    #[must_use]
    pub fn listing(&self) -> Listing {
        match self.0 {}
    }

    /// The listing of memory without code.
    #[must_use]
    pub fn memory_listing(&self) -> Listing {
        match self.0 {}
    }
}

impl Engine for Jit {
    fn resume(&mut self, _: &mut Vm<'_>) -> Exit {
        match self.0 {}
    }
}

/// Memory for code that there cannot be.
#[derive(Clone, Debug)]
pub(super) struct Memory;

impl Memory {
    pub(super) fn new(_: &RunOptions) -> Result<Memory, Refusal> {
        Ok(Memory)
    }

    pub(super) fn compile(&self, _: Arc<Program>, _: Arc<Stencils>) -> Result<Jit, JitError> {
        Err(JitError::Elsewhere)
    }

    pub(super) fn engine(
        &self,
        _: Arc<Program>,
        _: Arc<Stencils>,
    ) -> Result<Box<dyn Engine>, JitError> {
        Err(JitError::Elsewhere)
    }
}

/// The compiler to be timed, which does not exist either.
#[derive(Debug)]
pub(super) struct TimedCompiler(Infallible);

impl TimedCompiler {
    pub(super) fn new(
        _: &[Arc<Program>],
        _: Arc<Stencils>,
        _: Memory,
    ) -> Result<TimedCompiler, JitError> {
        Err(JitError::Elsewhere)
    }
}

impl Compiler for TimedCompiler {
    fn memories(&self) -> &'static [MemoryKind] {
        match self.0 {}
    }

    fn compile(&mut self, _: MemoryKind) -> Result<Compiled, Refusal> {
        match self.0 {}
    }
}
