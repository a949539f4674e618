//! The JIT as an engine: it compiles a whole program, and can go on from any
//! instruction of it. Chapter 2 of the book, "Calls without calls".
#![expect(unsafe_code, reason = "vouches for the machine code that it has emitted")]

use std::sync::Arc;

use ch00_workbench::Listing;
use ch01_bytecode_vm::{CodeId, Engine, Exit, InstructionIndex, JitError, Program, Vm};

use super::compile::{CompiledCode, Runtime};
use super::entry::{self, CompiledProgram};
use super::{listing, runtime};
use crate::driver::objects::Build;
use crate::driver::stencils::Stencils;
use crate::mechanism::{Code, CodeAddress, CodeBuffer, CodeOffset, StencilId, Target};

/// The engine that runs a program as copies of stencils.
///
/// The code belongs to the engine. What points to it in a VM (entries of
/// functions, return addresses of frames) is written whenever the engine resumes,
/// so that engines may come, go and take turns while a VM lives.
#[derive(Debug)]
pub struct Jit {
    program: Arc<Program>,
    stencils: Arc<Stencils>,
    /// The way in, and where the module returns to.
    enter: Code,
    finish: Code,
    /// By number of the code object.
    compiled: Vec<CompiledCode>,
}

impl Jit {
    /// Compiles a program.
    ///
    /// # Errors
    /// When the system gives no memory, or does not let it be executed.
    ///
    /// # Panics
    /// When the stencils are not those of a JIT.
    pub fn new(program: Arc<Program>, stencils: Arc<Stencils>) -> Result<Jit, JitError> {
        Self::with_runtime(program, stencils, runtime::address)
    }

    fn with_runtime(
        program: Arc<Program>,
        stencils: Arc<Stencils>,
        runtime: Runtime,
    ) -> Result<Jit, JitError> {
        assert_eq!(stencils.build(), Build::JitLarge, "an interpreter's functions have no holes");
        let finish = stencils.finish().expect("a JIT's stencils have it");
        let enter = alone(&stencils, stencils.enter())?;
        let finish = alone(&stencils, finish)?;
        let codes = program.codes().iter();
        let compiled = codes.map(|code| CompiledCode::new(code, &stencils, runtime));
        let compiled = compiled.collect::<Result<_, _>>()?;
        Ok(Jit { program, stencils, enter, finish, compiled })
    }

    /// The code with names for addresses.
    #[must_use]
    pub fn listing(&self) -> Listing {
        listing::code(&self.program, &self.stencils, &self.compiled)
    }

    /// How many bytes of code the instructions were compiled to.
    #[must_use]
    pub fn size(&self) -> usize {
        self.compiled.iter().map(CompiledCode::size).sum()
    }
}

/// A stencil without holes, by itself.
fn alone(stencils: &Stencils, id: StencilId) -> Result<Code, JitError> {
    let stencil = stencils.library().get(id);
    let bytes = stencil.code.len();
    let no_memory = |reason| JitError::Memory { bytes, reason };
    let mut buffer = CodeBuffer::new(bytes).map_err(no_memory)?;
    buffer.place(stencil, CodeOffset(0), |target: Target| {
        panic!("`{}` is the same for all programs, yet asks for {target:?}", stencil.name)
    });
    buffer.publish().map_err(no_memory)
}

// SAFETY: `compile` has copied the stencil of each instruction, whose holes hold
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
        self.compiled[code.0 as usize].address(instruction)
    }
}

impl Engine for Jit {
    fn resume(&mut self, vm: &mut Vm<'_>) -> Exit {
        entry::resume(self, vm)
    }
}

#[cfg(test)]
mod tests {
    use ch00_workbench::Source;
    use ch01_bytecode_vm::load;

    use super::*;
    use crate::driver::objects::Objects;
    use crate::driver::symbol::RuntimeFunction;

    /// A runtime of which only `print` can be called; all else ends the process.
    fn print_only(function: RuntimeFunction) -> u64 {
        extern "sysv64" fn unexpected() -> ! {
            panic!("compiled code has called a function of the runtime")
        }
        match function {
            RuntimeFunction::MakeFunction | RuntimeFunction::CallBuiltin => {
                runtime::address(function)
            }
            _ => unexpected as *const () as u64,
        }
    }

    #[test]
    fn the_shared_loop_calls_nothing() {
        let text = include_str!("../../../../../book/programs/loop.py");
        let text = text.replace("10_000_000", "1_000");
        let program = load(Source { name: "loop.py".into(), text: text.into() }).unwrap();
        let stencils = Arc::new(Objects::Prebuilt.load(Build::JitLarge).unwrap());
        let mut jit = Jit::with_runtime(Arc::clone(&program), stencils, print_only).unwrap();
        let mut out = Vec::new();
        let mut vm = Vm::new(program, &mut out, false).unwrap();
        assert_eq!(jit.resume(&mut vm), Exit::Finished);
        vm.flush().unwrap();
        drop(vm);
        assert_eq!(out, b"499500\n");
    }
}
