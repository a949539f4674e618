//! The machine code of a program as a listing.

use ch00_workbench::{Line, Listing};
use ch01_bytecode_vm::{CodeObject, Instruction, Program, listing::instructions};

use super::compile::CompiledCode;
use crate::driver::stencils::Stencils;
use crate::driver::symbol::{Symbol, symbol_table};
use crate::mechanism::listing::{Filling, placed};
use crate::mechanism::{SymbolTable, Target};

/// Lists each code object, instruction by instruction.
pub(super) fn code(program: &Program, stencils: &Stencils, compiled: &[CompiledCode]) -> Listing {
    let symbols = symbol_table();
    let mut listing = Listing::default();
    for (code, compiled) in program.codes().iter().zip(compiled) {
        let mut block = Listing::new(title(code, compiled.size()));
        let texts = instructions(program, code);
        for ((index, instruction), text) in code.instructions.iter().enumerate().zip(texts) {
            let stencil = stencils.library().get(stencils.operations().stencil(instruction));
            block.lines.push(Line { origin: format!("{index:3} {text}"), ..Line::default() });
            block.lines.extend(placed(stencil, compiled.bytes(index), |target| {
                filling(&symbols, code, index, instruction, target)
            }));
        }
        listing.append(block);
    }
    listing
}

/// `fib: 21 instructions, 1720 bytes, 81.9 each`
fn title(code: &CodeObject, bytes: usize) -> String {
    let count = code.instructions.len();
    let each = bytes as f64 / count as f64;
    format!("{}: {count} instructions, {bytes} bytes, {each:.1} each", code.name)
}

/// What went into a hole of an instruction.
fn filling(
    symbols: &SymbolTable,
    code: &CodeObject,
    index: usize,
    instruction: &Instruction,
    target: Target,
) -> Filling {
    let Target::Symbol(kind) = target else {
        panic!("a stencil of an instruction refers to another one");
    };
    let symbol = Symbol::of(kind);
    let name = match symbol {
        Symbol::Continue => format!("{}[{}]", code.name, index + 1),
        Symbol::Target => format!("{}[{}]", code.name, instruction.operand),
        _ => symbols.name(kind).to_owned(),
    };
    Filling { name, is_address: symbol.is_address() }
}
