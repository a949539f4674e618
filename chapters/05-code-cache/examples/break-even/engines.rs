//! What runs the programs: chapter 5's engine, switched off or on, so that interpreter
//! and code are those of one and the same engine. Chapter 5 of the book, "Payoff".

use std::sync::Arc;

use ch01_bytecode_vm::{Engine, Exit, JitError, Program, Vm, VmError};
use ch02_stencils::driver::Objects;
use ch03_relocations::layout::Peepholes;
use ch04_executable_memory::Arena;
use ch05_code_cache::driver::Templates;
use ch05_code_cache::{Jit, JitOptions, When};

/// Makes engines, which share what they copy.
#[derive(Debug)]
pub(super) struct Engines {
    templates: Arc<Templates>,
}

/// Why there is nothing to measure.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    /// There is nothing to copy.
    #[error("{0}")]
    Templates(String),
    /// There is no engine.
    #[error(transparent)]
    Engine(#[from] JitError),
    /// There is no VM.
    #[error(transparent)]
    Vm(#[from] VmError),
}

impl Engines {
    /// Reads what engines copy.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn load() -> Result<Engines, Refusal> {
        let templates = Templates::load(&Objects::Prebuilt, Peepholes::ALL);
        Ok(Engines { templates: Arc::new(templates.map_err(Refusal::Templates)?) })
    }

    /// An engine for a program, whose code goes to this arena.
    ///
    /// # Errors
    /// When there is no memory for code.
    pub(super) fn engine(
        &self,
        program: &Arc<Program>,
        arena: &Arc<Arena>,
        when: When,
    ) -> Result<Jit, Refusal> {
        let options = JitOptions { when, ..JitOptions::default() };
        let templates = Arc::clone(&self.templates);
        Ok(Jit::new(Arc::clone(program), templates, Arc::clone(arena), options)?)
    }
}

/// Runs a program to its end.
///
/// # Panics
/// When it raises an exception or hands over.
pub(super) fn finish(engine: &mut Jit, vm: &mut Vm<'_>) {
    assert_eq!(engine.resume(vm), Exit::Finished, "the program ends well");
}
