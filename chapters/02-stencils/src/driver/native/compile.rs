//! From bytecode to machine code: sizes first, then copy and patch. Chapter 2 of
//! the book, "Copy, patch, run, again".

use ch01_bytecode_vm::{CodeObject, Instruction, InstructionIndex, JitError, Value};

use crate::driver::stencils::Stencils;
use crate::driver::symbol::{RuntimeFunction, Symbol};
use crate::mechanism::{Code, CodeAddress, CodeBuffer, CodeOffset, Target};

/// Where the functions of the runtime are.
pub(super) type Runtime = fn(RuntimeFunction) -> u64;

/// The machine code of a code object, in a mapping of its own.
#[derive(Debug)]
pub(super) struct CompiledCode {
    code: Code,
    /// Where the code of each instruction begins, and where that of the last one ends.
    starts: Vec<CodeOffset>,
}

impl CompiledCode {
    // ANCHOR: compile
    /// Compiles a code object: its instructions in order and without gaps.
    ///
    /// # Errors
    /// When the system gives no memory, or does not let it be executed.
    pub(super) fn new(
        code: &CodeObject,
        stencils: &Stencils,
        runtime: Runtime,
    ) -> Result<CompiledCode, JitError> {
        let starts = starts(code, stencils);
        let size = starts[code.instructions.len()].0;
        let no_memory = |reason| JitError::Memory { bytes: size, reason };
        let mut buffer = CodeBuffer::new(size).map_err(no_memory)?;
        let labels: Vec<_> = starts.iter().map(|&start| buffer.address(start)).collect();
        for (index, instruction) in code.instructions.iter().enumerate() {
            let site = Site { code, index, instruction, labels: &labels, runtime };
            let stencil = stencils.library().get(stencils.operations().stencil(instruction));
            buffer.place(stencil, starts[index], |target| site.value(target));
        }
        Ok(CompiledCode { code: buffer.publish().map_err(no_memory)?, starts })
    }
    // ANCHOR_END: compile

    /// Where the code of an instruction begins.
    pub(super) fn address(&self, index: InstructionIndex) -> CodeAddress {
        self.code.address(self.starts[index.0 as usize])
    }

    /// The code of an instruction.
    pub(super) fn bytes(&self, index: usize) -> &[u8] {
        &self.code.bytes()[self.starts[index].0..self.starts[index + 1].0]
    }

    /// How many bytes all of it has.
    pub(super) fn size(&self) -> usize {
        self.starts.last().expect("there is an end").0
    }
}

// ANCHOR: starts
/// Every stencil's size is known, so every place is, before anything is written.
fn starts(code: &CodeObject, stencils: &Stencils) -> Vec<CodeOffset> {
    let mut size = 0;
    let mut starts = vec![CodeOffset(0)];
    for instruction in &code.instructions {
        size += stencils.library().get(stencils.operations().stencil(instruction)).code.len();
        starts.push(CodeOffset(size));
    }
    starts
}
// ANCHOR_END: starts

/// The instruction that a stencil is copied for.
struct Site<'a> {
    code: &'a CodeObject,
    index: usize,
    instruction: &'a Instruction,
    labels: &'a [CodeAddress],
    runtime: Runtime,
}

impl Site<'_> {
    // ANCHOR: value
    /// What goes into a hole here.
    fn value(&self, target: Target) -> u64 {
        let Target::Symbol(kind) = target else {
            panic!("a stencil of an instruction refers to another one");
        };
        let operand = self.instruction.operand;
        match Symbol::of(kind) {
            Symbol::Continue => self.labels[self.index + 1].0,
            Symbol::Target => self.labels[operand as usize].0,
            Symbol::Operand | Symbol::TargetIndex => operand.into(),
            Symbol::Index => self.index as u64,
            Symbol::Constant => self.code.constants[operand as usize].bits(),
            Symbol::Local | Symbol::Variable | Symbol::Operands => in_bytes(operand),
            Symbol::Range => in_bytes(self.instruction.slot.into()),
            Symbol::Runtime(function) => (self.runtime)(function),
        }
    }
    // ANCHOR_END: value
}

/// How far it is to the value with this number.
fn in_bytes(values: u32) -> u64 {
    u64::from(values) * size_of::<Value>() as u64
}
