//! The JIT as a compiler that can be timed. Chapter 4 of the book, "Payoff".

use std::sync::Arc;

use ch00_workbench::{Compiled, Compiler, Memory as MemoryKind, Refusal};
use ch01_bytecode_vm::{JitError, Program, refuse_jit};
use ch03_relocations::driver::Stencils;

use super::jit::Jit;
use super::memory::Memory;
use crate::mechanism::Arena;

/// Compiles programs as `--engine jit` does: into an arena that had other code before,
/// or a new one.
#[derive(Debug)]
pub(crate) struct TimedCompiler<'a> {
    programs: &'a [Arc<Program>],
    stencils: Arc<Stencils>,
    arena: Arc<Arena>,
    memory: Memory,
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
        stencils: Arc<Stencils>,
        memory: Memory,
    ) -> Result<TimedCompiler<'a>, JitError> {
        let arena = memory.arena();
        let mut compiler = TimedCompiler { programs, stencils, arena, memory, jits: Vec::new() };
        compiler.compile_to(&Arc::clone(&compiler.arena))?;
        compiler.jits.clear();
        Ok(compiler)
    }

    fn compile_to(&mut self, arena: &Arc<Arena>) -> Result<(), JitError> {
        for program in self.programs {
            let stencils = Arc::clone(&self.stencils);
            self.jits.push(Jit::new(Arc::clone(program), stencils, Arc::clone(arena))?);
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
    fn memories(&self) -> &'static [MemoryKind] {
        &[MemoryKind::Warm, MemoryKind::Cold]
    }

    fn compile(&mut self, memory: MemoryKind) -> Result<Compiled, Refusal> {
        let arena = match memory {
            MemoryKind::Warm => Arc::clone(&self.arena),
            MemoryKind::Cold => self.memory.arena(),
        };
        self.compile_to(&arena).map_err(refuse_jit)?;
        Ok(self.sums())
    }

    fn discard(&mut self) {
        self.jits.clear();
    }
}
