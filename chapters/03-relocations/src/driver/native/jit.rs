//! The JIT as an engine: it links a whole program, and can go on from any
//! instruction of it. Chapter 3 of the book, "An image".
#![expect(unsafe_code, reason = "vouches for the machine code that it has linked")]

use std::sync::Arc;

use ch00_workbench::Listing;
use ch01_bytecode_vm::{CodeId, Engine, Exit, InstructionIndex, JitError, Program, Vm};
use ch02_stencils::driver::{CompiledProgram, resume};
use ch02_stencils::{Code, CodeAddress, CodeBuffer, CodeOffset, StencilId};

use super::compile::{link_alone, link_function, outside};
use super::listing;
use crate::driver::stencils::Stencils;
use crate::mechanism::arch::X86_64;
use crate::mechanism::link::{CodeMap, Image, Step};

/// The engine that runs a program as linked stencils. The code belongs to it.
#[derive(Debug)]
pub struct Jit {
    program: Arc<Program>,
    stencils: Arc<Stencils>,
    /// The way in, and where the module returns to.
    enter: Code,
    finish: Code,
    /// By number of the code object.
    functions: Vec<Function>,
}

/// The machine code of a code object, in a mapping of its own.
#[derive(Debug)]
pub(super) struct Function {
    code: Code,
    map: CodeMap,
}

impl Jit {
    /// Compiles a program.
    ///
    /// # Errors
    /// When the system gives no memory, or does not let it be executed, or a
    /// function would have 2 GiB of code or more.
    pub fn new(program: Arc<Program>, stencils: Arc<Stencils>) -> Result<Jit, JitError> {
        let enter = alone(&stencils, stencils.enter())?;
        let finish = alone(&stencils, stencils.finish())?;
        let mut image = Image::new();
        let functions = program.codes().iter().map(|code| {
            link_function(code, &stencils, &mut image)?;
            Function::publish(&mut image)
        });
        let functions = functions.collect::<Result<_, _>>()?;
        Ok(Jit { program, stencils, enter, finish, functions })
    }

    /// The code with names for addresses.
    #[must_use]
    pub fn listing(&self) -> Listing {
        let functions = (0..).map(CodeId).zip(&self.functions);
        let functions = functions.map(|(code, it)| (code, it.map(), it.code.bytes()));
        listing::code(&self.program, &self.stencils, functions)
    }

    /// How many bytes the hot and the cold parts of all instructions have.
    #[must_use]
    pub fn sizes(&self) -> (usize, usize) {
        let maps = || self.functions.iter().map(Function::map);
        (maps().map(CodeMap::hot_size).sum(), maps().map(CodeMap::cold_size).sum())
    }
}

impl Function {
    /// Puts an image into a mapping of its own, and takes its map.
    pub(super) fn publish(image: &mut Image<X86_64>) -> Result<Function, JitError> {
        Ok(Function { code: publish(image)?, map: image.take_map() })
    }

    pub(super) fn map(&self) -> &CodeMap {
        &self.map
    }
}

/// Puts an image into a mapping of its own, and has it executed from there on.
fn publish(image: &Image<X86_64>) -> Result<Code, JitError> {
    let bytes = image.size();
    let no_memory = |reason| JitError::Memory { bytes, reason };
    let mut buffer = CodeBuffer::new(bytes).map_err(no_memory)?;
    let address = buffer.address(CodeOffset(0));
    place(image, buffer.bytes_mut(), address);
    buffer.publish().map_err(no_memory)
}

/// Writes an image to memory, as it has to be to run at `address`.
pub(super) fn place(image: &Image<X86_64>, memory: &mut [u8], address: CodeAddress) {
    let placed = image.place(memory, address, outside);
    placed.expect("calls have veneers, and the loader has seen to all else");
}

/// A stencil without holes, by itself.
fn alone(stencils: &Stencils, id: StencilId) -> Result<Code, JitError> {
    publish(&link_alone(stencils, id))
}

// SAFETY: `link_function` has linked the stencil of each instruction, whose holes hold
// labels of the same code, and addresses of the runtime, whose functions abort when
// they panic. The code lives in `self`. That it does with the VM what verified
// instructions say is what whoever supplies the object vouches for; the loader has
// compared the layout and looked at the holes.
unsafe impl CompiledProgram for Jit {
    fn program(&self) -> &Program {
        &self.program
    }

    fn enter(&self) -> CodeAddress {
        self.enter.address(CodeOffset(0))
    }

    fn finish(&self) -> CodeAddress {
        self.finish.address(CodeOffset(0))
    }

    fn address(&self, code: CodeId, instruction: InstructionIndex) -> CodeAddress {
        let function = &self.functions[code.0 as usize];
        function.code.address(function.map.entry(Step(instruction.0)))
    }
}

impl Engine for Jit {
    fn resume(&mut self, vm: &mut Vm<'_>) -> Exit {
        resume(self, vm)
    }
}
