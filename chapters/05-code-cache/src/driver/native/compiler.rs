//! The compiler of the cache: a code object becomes an image. Chapter 5 of the book,
//! "Python moves in".

use std::sync::Arc;

use ch01_bytecode_vm::{CodeId, JitError, Program};
use ch02_stencils::HoleKind;
use ch03_relocations::arch::X86_64;
use ch03_relocations::driver::{Stencils, link_function, outside};
use ch03_relocations::link::{CodeMap, Image};
use ch04_executable_memory::driver::CompiledFunction;

use crate::mechanism::{Compiler, Token};

/// Compiles the code objects of a program.
#[derive(Debug)]
pub struct FunctionCompiler {
    program: Arc<Program>,
    stencils: Arc<Stencils>,
    /// What code calls.
    outside: fn(HoleKind) -> u64,
}

impl FunctionCompiler {
    /// A compiler of this program.
    #[must_use]
    pub fn new(program: Arc<Program>, stencils: Arc<Stencils>) -> FunctionCompiler {
        Self::with_outside(program, stencils, outside)
    }

    /// The same, with functions of the caller's choice instead of the runtime's.
    pub(super) fn with_outside(
        program: Arc<Program>,
        stencils: Arc<Stencils>,
        outside: fn(HoleKind) -> u64,
    ) -> FunctionCompiler {
        FunctionCompiler { program, stencils, outside }
    }
}

// ANCHOR: compiler
impl Compiler for FunctionCompiler {
    type Key = CodeId;
    type Arch = X86_64;
    type Function = CompiledFunction;
    type Error = JitError;

    fn compile(
        &mut self,
        key: CodeId,
        image: &mut Image<X86_64>,
        tokens: &mut Vec<Token>,
    ) -> Result<(), JitError> {
        tokens.push(token(key));
        link_function(self.program.code(key), &self.stencils, image)
    }

    fn describe(&self, key: CodeId, map: CodeMap) -> CompiledFunction {
        CompiledFunction::new(Arc::clone(&self.program), key, map)
    }

    fn outside(&self, _: CodeId, symbol: HoleKind) -> u64 {
        (self.outside)(symbol)
    }
}
// ANCHOR_END: compiler

/// What the code of a function takes for granted in Part I: its bytecode, and nothing else.
pub(super) fn token(code: CodeId) -> Token {
    Token(code.0.into())
}
