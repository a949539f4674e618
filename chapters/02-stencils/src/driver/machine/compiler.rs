//! The JIT as a compiler that can be timed. Every function gets a mapping of its
//! own, so that all its memory is cold; chapter 3 of the book measures what that costs.

use std::sync::Arc;

use ch00_workbench::{Compiled, Compiler, Memory, Refusal};
use ch01_bytecode_vm::{CodeObject, Program, refuse_jit};

use crate::driver::Jit;
use crate::driver::stencils::Stencils;

/// Compiles programs as `--engine jit` does.
#[derive(Debug)]
pub(super) struct JitCompiler<'a> {
    programs: &'a [Arc<Program>],
    stencils: Arc<Stencils>,
    /// What was compiled and not yet discarded.
    jits: Vec<Jit>,
}

impl<'a> JitCompiler<'a> {
    /// A compiler of these programs, with the stencils of a JIT.
    pub(super) fn new(programs: &'a [Arc<Program>], stencils: Arc<Stencils>) -> JitCompiler<'a> {
        JitCompiler { programs, stencils, jits: Vec::new() }
    }

    fn codes(&self) -> impl Iterator<Item = &CodeObject> {
        self.programs.iter().flat_map(|program| program.codes())
    }
}

impl Compiler for JitCompiler<'_> {
    fn memories(&self) -> &'static [Memory] {
        &[Memory::Cold]
    }

    fn compile(&mut self, _: Memory) -> Result<Compiled, Refusal> {
        for program in self.programs {
            let jit = Jit::new(Arc::clone(program), Arc::clone(&self.stencils));
            self.jits.push(jit.map_err(refuse_jit)?);
        }
        Ok(Compiled {
            functions: self.codes().count() as u64,
            bytecodes: self.codes().map(|code| code.instructions.len() as u64).sum(),
            hot_bytes: self.jits.iter().map(|jit| jit.size() as u64).sum(),
            cold_bytes: 0,
        })
    }

    fn discard(&mut self) {
        self.jits.clear();
    }
}

#[cfg(all(test, target_arch = "x86_64", target_os = "linux"))]
mod tests {
    use ch00_workbench::{Machine, RunOptions, Source};

    use super::*;
    use crate::StencilJit;

    fn load(text: &str) -> Arc<Program> {
        StencilJit.load(Source { name: "program.py".into(), text: text.into() }).unwrap()
    }

    fn options(engine: &str) -> RunOptions {
        RunOptions { engine: engine.into(), ..RunOptions::default() }
    }

    #[test]
    fn all_functions_of_all_programs_are_compiled_each_time() {
        let programs = [load("print(1)\n"), load("def f():\n    return 1\nf()\n")];
        let mut compiler = StencilJit.compiler(&programs, &options("jit")).unwrap().unwrap();
        let once = compiler.compile(Memory::Cold).unwrap();
        compiler.discard();
        assert_eq!(compiler.compile(Memory::Cold), Ok(once));
        let bytecodes = programs.iter().flat_map(|program| program.codes());
        assert_eq!(once.functions, 3);
        assert_eq!(
            once.bytecodes,
            bytecodes.map(|code| code.instructions.len() as u64).sum::<u64>()
        );
        assert!(once.hot_bytes > once.bytecodes, "an instruction is more than a byte of code");
    }

    #[test]
    fn an_interpreter_compiles_nothing() {
        for engine in ["interpreter", "interpreter-c"] {
            assert!(StencilJit.compiler(&[], &options(engine)).unwrap().is_none());
        }
    }
}
