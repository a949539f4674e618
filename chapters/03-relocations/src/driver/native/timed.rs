//! The JIT as a compiler that can be timed. Chapter 3 of the book, "Payoff".

use std::sync::Arc;

use ch00_workbench::{Compiled, Compiler, Memory, Refusal};
use ch01_bytecode_vm::{CodeObject, JitError, Program, refuse_jit};
use ch02_stencils::{CodeBuffer, CodeOffset};

use super::compile::link_function;
use super::jit::{Function, place};
use crate::driver::stencils::Stencils;
use crate::mechanism::arch::X86_64;
use crate::mechanism::link::Image;

/// Compiles programs as `--engine jit` does. In warm memory it writes the code to
/// the same buffer again and again, where nobody can execute it.
#[derive(Debug)]
pub(crate) struct TimedCompiler<'a> {
    programs: &'a [Arc<Program>],
    stencils: Arc<Stencils>,
    /// Of the function that was linked last.
    image: Image<X86_64>,
    warm: CodeBuffer,
    /// What was compiled to cold memory and not yet discarded.
    functions: Vec<Function>,
}

impl<'a> TimedCompiler<'a> {
    /// A compiler of these programs.
    ///
    /// # Errors
    /// When the system gives no memory.
    pub(crate) fn new(
        programs: &'a [Arc<Program>],
        stencils: Arc<Stencils>,
    ) -> Result<TimedCompiler<'a>, JitError> {
        let mut image = Image::new();
        let mut bytes = 1;
        for code in codes(programs) {
            link_function(code, &stencils, &mut image)?;
            bytes = room(&image, bytes).1;
        }
        let no_memory = |reason| JitError::Memory { bytes, reason };
        let warm = CodeBuffer::new(bytes).map_err(no_memory)?;
        Ok(TimedCompiler { programs, stencils, image, warm, functions: Vec::new() })
    }

    fn compile_warm(&mut self) -> Result<Compiled, JitError> {
        let mut sums = Compiled::default();
        let mut end = 0;
        for code in codes(self.programs) {
            link_function(code, &self.stencils, &mut self.image)?;
            add(&mut sums, code, &self.image);
            let start;
            (start, end) = room(&self.image, end);
            let address = self.warm.address(CodeOffset(start));
            let memory = &mut self.warm.bytes_mut()[start..end];
            place(&self.image, memory, address);
        }
        Ok(sums)
    }

    fn compile_cold(&mut self) -> Result<Compiled, JitError> {
        let mut sums = Compiled::default();
        for code in codes(self.programs) {
            link_function(code, &self.stencils, &mut self.image)?;
            add(&mut sums, code, &self.image);
            self.functions.push(Function::publish(&mut self.image)?);
        }
        Ok(sums)
    }
}

fn codes(programs: &[Arc<Program>]) -> impl Iterator<Item = &CodeObject> {
    programs.iter().flat_map(|program| program.codes())
}

/// Where an image begins and ends that is placed behind `end`.
fn room(image: &Image<X86_64>, end: usize) -> (usize, usize) {
    let start = end.next_multiple_of(image.alignment());
    (start, start + image.size())
}

fn add(sums: &mut Compiled, code: &CodeObject, image: &Image<X86_64>) {
    sums.functions += 1;
    sums.bytecodes += code.instructions.len() as u64;
    sums.hot_bytes += image.hot_size() as u64;
    sums.cold_bytes += image.cold_size() as u64;
}

impl Compiler for TimedCompiler<'_> {
    fn memories(&self) -> &'static [Memory] {
        &[Memory::Warm, Memory::Cold]
    }

    fn compile(&mut self, memory: Memory) -> Result<Compiled, Refusal> {
        let compiled = match memory {
            Memory::Warm => self.compile_warm(),
            Memory::Cold => self.compile_cold(),
        };
        compiled.map_err(refuse_jit)
    }

    fn discard(&mut self) {
        self.functions.clear();
    }
}
