//! The JIT as a compiler that can be timed. Chapter 5 of the book, "Payoff".

use std::sync::Arc;

use ch00_workbench::{Compiled, Compiler, Memory, Refusal};
use ch01_bytecode_vm::{JitError, Program, refuse_jit};
use ch04_executable_memory::{Arena, ArenaOptions, SystemPages};

use super::jit::Jit;
use super::templates::Templates;
use crate::driver::options::{JitOptions, When};

/// Compiles programs as `--engine jit --jit eager` does: into an arena that had other
/// code before, or a new one. There is no limit to how much.
#[derive(Debug)]
pub(crate) struct TimedCompiler<'a> {
    programs: &'a [Arc<Program>],
    templates: Arc<Templates>,
    arena: Arc<Arena>,
    options: ArenaOptions,
    /// What was compiled and not yet discarded.
    jits: Vec<Jit>,
}

impl<'a> TimedCompiler<'a> {
    /// A compiler of these programs.
    ///
    /// # Errors
    /// When the system gives no memory.
    pub(crate) fn new(
        programs: &'a [Arc<Program>],
        templates: Arc<Templates>,
        options: ArenaOptions,
    ) -> Result<TimedCompiler<'a>, JitError> {
        let arena = Arena::new(Arc::new(SystemPages), options.clone());
        let mut compiler = TimedCompiler { programs, templates, arena, options, jits: Vec::new() };
        compiler.compile_to(&Arc::clone(&compiler.arena))?;
        compiler.jits.clear();
        Ok(compiler)
    }

    fn compile_to(&mut self, arena: &Arc<Arena>) -> Result<(), JitError> {
        let options = JitOptions { when: When::Eager, budget: usize::MAX, ..JitOptions::default() };
        for program in self.programs {
            let templates = Arc::clone(&self.templates);
            self.jits.push(Jit::new(Arc::clone(program), templates, Arc::clone(arena), options)?);
        }
        Ok(())
    }

    fn sums(&self) -> Compiled {
        let mut sums = Compiled::default();
        for code in self.programs.iter().flat_map(|program| program.codes()) {
            sums.functions += 1;
            sums.bytecodes += code.instructions.len() as u64;
        }
        for (hot, cold) in self.jits.iter().map(Jit::sizes) {
            sums.hot_bytes += hot as u64;
            sums.cold_bytes += cold as u64;
        }
        sums
    }
}

impl Compiler for TimedCompiler<'_> {
    fn memories(&self) -> &'static [Memory] {
        &[Memory::Warm, Memory::Cold]
    }

    fn compile(&mut self, memory: Memory) -> Result<Compiled, Refusal> {
        let arena = match memory {
            Memory::Warm => Arc::clone(&self.arena),
            Memory::Cold => Arena::new(Arc::new(SystemPages), self.options.clone()),
        };
        self.compile_to(&arena).map_err(refuse_jit)?;
        Ok(self.sums())
    }

    fn discard(&mut self) {
        self.jits.clear();
    }
}
