//! The machine code of a program as a listing: the hot parts of all instructions,
//! then the cold ones.

use std::ops::Range;

use ch00_workbench::{Line, Listing};
use ch01_bytecode_vm::{CodeId, CodeObject, Program, listing::instructions};
use ch02_stencils::driver::Symbol;
use ch02_stencils::listing::Filling;

use crate::driver::stencils::Stencils;
use crate::mechanism::layout::{PartName, Target};
use crate::mechanism::link::{CodeMap, Step};
use crate::mechanism::listing::{name_of, placed};

/// Lists code objects, instruction by instruction. `functions` says which, and has for
/// each of them where what lies, and the bytes.
pub fn code<'a>(
    program: &Program,
    stencils: &Stencils,
    functions: impl Iterator<Item = (CodeId, &'a CodeMap, &'a [u8])>,
) -> Listing {
    let mut listing = Listing::default();
    for (id, map, bytes) in functions {
        let compiled = Compiled::new(program, stencils, (id, map, bytes));
        let all = 0..compiled.code.instructions.len();
        let cold = format!("{}, cold:", compiled.code.name);
        for (part, title) in [(PartName::Hot, compiled.title()), (PartName::Cold, cold)] {
            listing.append(Listing { title, lines: compiled.lines(part, all.clone()) });
        }
    }
    listing
}

/// Lists the hot parts of some instructions of a code object; the rest is as for [`code`].
pub fn hot_code(
    program: &Program,
    stencils: &Stencils,
    function: (CodeId, &CodeMap, &[u8]),
    instructions: Range<usize>,
) -> Listing {
    let compiled = Compiled::new(program, stencils, function);
    Listing { lines: compiled.lines(PartName::Hot, instructions), ..Listing::default() }
}

/// A code object, and what it was compiled to.
struct Compiled<'a> {
    code: &'a CodeObject,
    map: &'a CodeMap,
    bytes: &'a [u8],
    stencils: &'a Stencils,
    /// By instruction.
    texts: Vec<String>,
}

impl<'a> Compiled<'a> {
    fn new(
        program: &'a Program,
        stencils: &'a Stencils,
        (id, map, bytes): (CodeId, &'a CodeMap, &'a [u8]),
    ) -> Compiled<'a> {
        let code = program.code(id);
        let texts = instructions(program, code).collect();
        Compiled { code, map, bytes, stencils, texts }
    }

    /// `fib: 21 instructions, 766 bytes hot, 36.5 each; 518 bytes cold, 24.7 each`
    fn title(&self) -> String {
        let count = self.code.instructions.len();
        let (hot, cold) = (self.map.hot_size(), self.map.cold_size());
        let each = |bytes: usize| bytes as f64 / count as f64;
        format!(
            "{}: {count} instructions, {hot} bytes hot, {:.1} each; {cold} bytes cold, {:.1} each",
            self.code.name,
            each(hot),
            each(cold),
        )
    }

    /// The parts of these instructions that have a byte there. An instruction of which
    /// nothing is left is listed, too, among the hot ones.
    fn lines(&self, part: PartName, instructions: Range<usize>) -> Vec<Line> {
        let mut lines = Vec::new();
        for index in instructions {
            let operation = self.stencils.operation(&self.code.instructions[index]);
            let stencil = self.stencils.library().get(operation);
            let bytes = self.map.bytes(Step(index as u32), part);
            if part == PartName::Cold && bytes.is_empty() {
                continue;
            }
            let origin = format!("{index:3} {}", self.texts[index]);
            lines.push(Line { origin, ..Line::default() });
            let copy = &self.bytes[bytes];
            let filling = |target| self.filling(index, target);
            lines.extend(placed(stencil.part(part), copy, filling));
        }
        lines
    }

    /// What went into a hole of an instruction.
    fn filling(&self, index: usize, target: Target) -> Filling {
        let name = |index| format!("{}[{index}]", self.code.name);
        let kind = match target {
            Target::Symbol(kind) => kind,
            Target::Own(part) => {
                let name = format!("{}.{}", name(index), name_of(part));
                return Filling { name, is_address: true };
            }
            Target::Constant(constant) => {
                return Filling { name: format!("constant {}", constant.0), is_address: true };
            }
        };
        let symbol = Symbol::of(kind);
        let name = match symbol {
            Symbol::Continue => name(index + 1),
            Symbol::Target => name(self.code.instructions[index].operand as usize),
            _ => self.stencils.library().symbols().table().name(kind).to_owned(),
        };
        Filling { name, is_address: symbol.is_address() }
    }
}
