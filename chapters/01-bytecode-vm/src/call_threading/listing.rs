//! The machine code of a program as a listing.

use std::ops::Range;

use ch00_workbench::{Line, Listing, Mark, disassemble};

use super::emit::{CodeOffset, Layout};
use super::routine::Routine;
use super::template::{ENTER, INSTRUCTION, LEAVE, ROUTINE};
use crate::code::{CodeObject, Program};
use crate::listing::instructions;
use crate::opcode::Opcode;

/// Lists the way in, the way out, and each code object, instruction by instruction.
pub(super) fn code(program: &Program, layout: &Layout, bytes: &[u8]) -> Listing {
    let mut listing = edge("enter", layout.enter, ENTER.len(), bytes);
    listing.append(edge("leave", layout.leave, LEAVE.len(), bytes));
    for (code, starts) in program.codes().iter().zip(&layout.starts) {
        listing.append(code_object(program, code, starts, bytes));
    }
    listing
}

fn edge(name: &str, start: CodeOffset, length: usize, bytes: &[u8]) -> Listing {
    let listing = disassemble(&bytes[start.0..start.0 + length], 0, &|_| None, &[]);
    Listing { title: format!("{name}:"), ..listing }
}

fn code_object(
    program: &Program,
    code: &CodeObject,
    starts: &[CodeOffset],
    bytes: &[u8],
) -> Listing {
    let mut listing = Listing::new(format!("{}:", code.name));
    let texts = instructions(program, code);
    let instructions = code.instructions.iter().zip(starts).zip(texts);
    for (index, ((instruction, start), text)) in instructions.enumerate() {
        let routine = Routine::of(instruction.opcode);
        let marks = [
            address_mark(INSTRUCTION, format!("{}[{index}]", code.name)),
            address_mark(ROUTINE, symbol(instruction.opcode)),
        ];
        let bytes = &bytes[start.0..start.0 + routine.template().len()];
        let mut lines = disassemble(bytes, 0, &|_| None, &marks).lines;
        for line in &mut lines {
            line.origin = "  ".to_owned();
        }
        listing.lines.push(Line { origin: format!("{index:3} {text}"), ..Line::default() });
        listing.lines.extend(lines);
    }
    listing
}

fn address_mark(bytes: Range<usize>, symbol: String) -> Mark {
    Mark { bytes, symbol, is_address: true }
}

/// What the routine of an opcode is called in listings: `op_load_fast`.
fn symbol(opcode: Opcode) -> String {
    format!("op_{}", opcode.info().name.to_lowercase())
}
