//! From bytecode to machine code: sizes first, then copy and patch. Chapter 1 of
//! the book, "Copy, patch, run".

use std::ptr;

use super::routine::Routine;
use super::template::{ENTER, INSTRUCTION, LEAVE, ROUTINE};
use crate::code::{CodeObject, Program};
use crate::opcode::Instruction;

/// A distance in bytes from the start of the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CodeOffset(pub(super) usize);

/// Where everything lies in the code of a program: the way in, the way out,
/// then the code objects, their instructions in order and without gaps.
pub(super) struct Layout {
    /// The way in.
    pub(super) enter: CodeOffset,
    /// The way out.
    pub(super) leave: CodeOffset,
    /// Where the code of each instruction begins, by code object.
    pub(super) starts: Vec<Vec<CodeOffset>>,
    /// How many bytes there are.
    pub(super) size: usize,
}

// ANCHOR: layout
impl Layout {
    /// Sizes: every template's is known, so every place is, before anything is written.
    pub(super) fn of(program: &Program) -> Layout {
        let mut size = ENTER.len() + LEAVE.len();
        let mut place = |instruction: &Instruction| {
            let start = CodeOffset(size);
            size += Routine::of(instruction.opcode).template().len();
            start
        };
        let mut starts_of = |code: &CodeObject| code.instructions.iter().map(&mut place).collect();
        let starts = program.codes().iter().map(&mut starts_of).collect();
        Layout { enter: CodeOffset(0), leave: CodeOffset(ENTER.len()), starts, size }
    }
}
// ANCHOR_END: layout

// ANCHOR: emit
/// Writes the code of a program into memory of the layout's size.
pub(super) fn emit(program: &Program, layout: &Layout, memory: &mut [u8]) {
    copy(&ENTER, layout.enter, memory);
    copy(&LEAVE, layout.leave, memory);
    for (code, starts) in program.codes().iter().zip(&layout.starts) {
        for (instruction, &start) in code.instructions.iter().zip(starts) {
            let routine = Routine::of(instruction.opcode);
            let place = copy(routine.template(), start, memory);
            place[INSTRUCTION].copy_from_slice(&(ptr::from_ref(instruction) as u64).to_le_bytes());
            place[ROUTINE].copy_from_slice(&routine.address().to_le_bytes());
        }
    }
}

/// Copies a template to where it belongs.
fn copy<'m>(template: &[u8], start: CodeOffset, memory: &'m mut [u8]) -> &'m mut [u8] {
    let place = &mut memory[start.0..start.0 + template.len()];
    place.copy_from_slice(template);
    place
}
// ANCHOR_END: emit
