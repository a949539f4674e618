//! The arena that this language's code goes to. Chapter 4 of the book, "Near".

use std::ops::Range;
use std::sync::Arc;

use ch00_workbench::{Refusal, RunOptions};
use ch01_bytecode_vm::{Engine, JitError, Program};
use ch02_stencils::driver::{RuntimeFunction, runtime_address};
use ch03_relocations::arch::{Arch, X86_64};
use ch03_relocations::driver::Stencils;

use super::jit::Jit;
use super::watched::WatchedJit;
use crate::driver::machine::{DUAL_MAPPING, NEAR_PLACEMENT, PERF_MAP};
use crate::mechanism::{Arena, ArenaOptions, PerfMap, Strategy, SystemPages};

/// An arena near the runtime, with two mappings.
#[must_use]
pub fn arena() -> Arc<Arena> {
    Arena::new(Arc::new(SystemPages), options())
}

/// What [`arena`] is like.
#[must_use]
pub fn options() -> ArenaOptions {
    ArenaOptions { near: Some(runtime()), ..ArenaOptions::new(X86_64::TRAP) }
}

/// Where the functions are that compiled code calls.
fn runtime() -> Range<u64> {
    let addresses = || RuntimeFunction::ALL.iter().map(|&function| runtime_address(function));
    let (first, last) = (addresses().min(), addresses().max());
    first.unwrap_or(0)..last.unwrap_or(0)
}

/// What the command line wants of memory: features and switches of this chapter.
///
/// # Errors
/// When the file for `perf` cannot be made.
pub fn options_from(wanted: &RunOptions) -> Result<ArenaOptions, Refusal> {
    let mut options = options();
    if !wanted.has(DUAL_MAPPING) {
        options.strategy = Strategy::Flips;
    }
    if !wanted.has(NEAR_PLACEMENT) {
        options.near = None;
    }
    if wanted.wants(PERF_MAP) {
        // `perf` looks up names for memory that no descriptor stands for.
        options.strategy = Strategy::Flips;
        let refuse = |error| Refusal { message: format!("no map for perf: {error}"), status: 1 };
        options.observers.push(Arc::new(PerfMap::for_this_process().map_err(refuse)?));
    }
    Ok(options)
}

/// Memory as the command line wants it.
#[derive(Clone, Debug)]
pub(crate) struct Memory(ArenaOptions);

impl Memory {
    /// What these options say.
    ///
    /// # Errors
    /// When the file for `perf` cannot be made.
    pub(crate) fn new(wanted: &RunOptions) -> Result<Memory, Refusal> {
        options_from(wanted).map(Memory)
    }

    /// A new arena.
    pub(super) fn arena(&self) -> Arc<Arena> {
        Arena::new(Arc::new(SystemPages), self.0.clone())
    }

    /// Compiles a program to a new arena.
    pub(crate) fn compile(
        &self,
        program: Arc<Program>,
        stencils: Arc<Stencils>,
    ) -> Result<Jit, JitError> {
        Jit::new(program, stencils, self.arena())
    }

    /// The same, to be run by this thread, which tells of faults before it dies of them.
    pub(crate) fn engine(
        &self,
        program: Arc<Program>,
        stencils: Arc<Stencils>,
    ) -> Result<Box<dyn Engine>, JitError> {
        Ok(Box::new(WatchedJit::new(self.compile(program, stencils)?)))
    }
}
