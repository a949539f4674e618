//! The engine where its code cannot run, which is anywhere but on Linux and x86-64: nobody
//! can make it. What it would be is in chapter 5 of the book, "Python moves in".

use std::convert::Infallible;
use std::ops::Range;
use std::sync::Arc;

use ch00_workbench::{Compiled, Compiler, Listing, Memory, Refusal, RunOptions};
use ch01_bytecode_vm::{CodeId, Engine, Exit, JitError, Program, Vm, refuse_jit};

use super::options::JitOptions;

/// How many bytes of code there may be where there can be none.
pub(super) const DEFAULT_BUDGET: usize = 0;

/// The JIT, which does not exist on this machine.
#[derive(Debug)]
pub struct Jit(Infallible);

impl Jit {
    /// A view of a cache that there cannot be.
    #[must_use]
    pub fn view(&self) -> CacheView {
        match self.0 {}
    }
}

/// What can be seen of a cache, which does not exist either.
#[derive(Debug)]
pub struct CacheView(Infallible);

impl CacheView {
    /// Why there is no code.
    #[must_use]
    pub fn take_trouble(&self) -> Option<JitError> {
        match self.0 {}
    }

    /// What a cache has done that there cannot be.
    #[must_use]
    pub fn listing(&self) -> Listing {
        match self.0 {}
    }
}

impl Engine for Jit {
    fn resume(&mut self, _: &mut Vm<'_>) -> Exit {
        match self.0 {}
    }
}

/// A JIT that is watched, which does not exist either.
#[derive(Debug)]
pub(super) struct WatchedJit(Infallible);

impl WatchedJit {
    pub(super) fn new(jit: Jit) -> WatchedJit {
        match jit.0 {}
    }
}

impl Engine for WatchedJit {
    fn resume(&mut self, _: &mut Vm<'_>) -> Exit {
        match self.0 {}
    }
}

pub(super) fn jit(
    _: &Arc<Program>,
    _: &RunOptions,
    _: JitOptions,
) -> Result<Result<Jit, JitError>, Refusal> {
    Ok(Err(JitError::Elsewhere))
}

pub(super) fn show(_: &Arc<Program>, _: &RunOptions, _: &str) -> Result<Listing, Refusal> {
    Err(refuse_jit(JitError::Elsewhere))
}

pub(super) fn show_some(
    _: &Arc<Program>,
    _: &RunOptions,
    _: CodeId,
    _: Range<usize>,
) -> Result<Listing, Refusal> {
    Err(refuse_jit(JitError::Elsewhere))
}

pub(super) fn timed(_: &[Arc<Program>], _: &RunOptions) -> Result<TimedCompiler, Refusal> {
    Err(refuse_jit(JitError::Elsewhere))
}

/// The compiler to be timed.
#[derive(Debug)]
pub(super) struct TimedCompiler(Infallible);

impl Compiler for TimedCompiler {
    fn memories(&self) -> &'static [Memory] {
        match self.0 {}
    }

    fn compile(&mut self, _: Memory) -> Result<Compiled, Refusal> {
        match self.0 {}
    }
}
