//! A code object as machine code in the arena. Chapter 4 of the book, "The JIT moves
//! in".

use std::fmt;
use std::sync::Arc;

use ch01_bytecode_vm::{CodeId, CodeObject, JitError, Program};
use ch02_stencils::{CodeAddress, CodeOffset, HoleKind};
use ch03_relocations::arch::X86_64;
use ch03_relocations::driver::{Stencils, link_function};
use ch03_relocations::layout::PartName;
use ch03_relocations::link::{CodeMap, Image};

use crate::mechanism::{ArenaError, Batch, Describe};

/// What the code of a code object is: the arena tells it when somebody asks.
pub struct CompiledFunction {
    program: Arc<Program>,
    code: CodeId,
    map: CodeMap,
}

impl CompiledFunction {
    /// What the code of a code object is that lies as `map` says.
    ///
    /// # Panics
    /// When it is asked for its name, and the program has no such code object.
    #[must_use]
    pub fn new(program: Arc<Program>, code: CodeId, map: CodeMap) -> CompiledFunction {
        CompiledFunction { program, code, map }
    }

    /// Which code object it was compiled from.
    #[must_use]
    pub fn code_id(&self) -> CodeId {
        self.code
    }

    /// Where the code of each instruction lies.
    #[must_use]
    pub fn map(&self) -> &CodeMap {
        &self.map
    }

    fn code(&self) -> &CodeObject {
        self.program.code(self.code)
    }
}

// ANCHOR: describe
impl Describe for CompiledFunction {
    fn name(&self) -> &str {
        &self.code().name
    }

    fn describe(&self, offset: CodeOffset, out: &mut dyn fmt::Write) -> fmt::Result {
        let CodeObject { name, instructions, lines, .. } = self.code();
        let Some(found) = self.map.find(offset) else {
            return write!(out, "`{name}`, behind its code");
        };
        let index = found.step.0 as usize;
        let part = match found.part {
            PartName::Cold => "cold part",
            _ => "hot part",
        };
        let (line, opcode) = (lines[index], instructions[index].opcode.info().name);
        write!(out, "`{name:.80}`, line {line}, instruction {index}, {opcode}: ")?;
        write!(out, "{part} + {:#x}", found.offset)
    }
}
// ANCHOR_END: describe

impl fmt::Debug for CompiledFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CompiledFunction({}, {:?})", self.name(), self.code)
    }
}

// ANCHOR: write
/// Links a code object, and writes it to a batch.
pub(super) fn write(
    program: &Arc<Program>,
    code: CodeId,
    stencils: &Stencils,
    outside: fn(HoleKind) -> u64,
    image: &mut Image<X86_64>,
    batch: &mut Batch,
) -> Result<Arc<CompiledFunction>, JitError> {
    link_function(program.code(code), stencils, image)?;
    let size = image.size();
    let mut draft = batch.draft(size, image.alignment()).map_err(|error| no_memory(size, error))?;
    let address = draft.address();
    place(image, draft.bytes_mut(), address, outside);
    let map = image.take_map();
    let function = Arc::new(CompiledFunction::new(Arc::clone(program), code, map));
    draft.finish(Arc::clone(&function) as Arc<dyn Describe>);
    Ok(function)
}
// ANCHOR_END: write

/// Writes an image to memory, as it has to be to run at `address`.
pub(super) fn place(
    image: &Image<X86_64>,
    memory: &mut [u8],
    address: CodeAddress,
    outside: fn(HoleKind) -> u64,
) {
    let placed = image.place(memory, address, outside);
    placed.expect("calls have veneers, and the loader has seen to all else");
}

/// The error of chapter 1 for one of the arena's.
pub(super) fn no_memory(bytes: usize, error: ArenaError) -> JitError {
    JitError::Memory { bytes, reason: error.into() }
}
