//! Listings of stencils: which there are, what holes they have, and their machine
//! code, with open holes and with filled ones. Chapter 2 of the book, "One
//! instruction, by hand".

use ch00_workbench::{Holes, Line, Listing, Mark, disassemble_stencil};

use super::stencil::{Hole, Stencil, StencilId, StencilLibrary, Target};
use super::symbols::SymbolTable;

/// What the ABI calls the relocation that a hole comes from.
const RELOCATION: &str = "R_X86_64_64";

/// What the value in a filled hole is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filling {
    /// Its name: `n`, `fib[3]`, `rt_binary_op`.
    pub name: String,
    /// Whether it is an address. An address is shown by its name only, as it
    /// differs from run to run.
    pub is_address: bool,
}

/// All stencils of a library: name, size, number of holes; and their sums.
#[must_use]
pub fn stencils(library: &StencilLibrary) -> Listing {
    let mut listing = Listing::default();
    for (_, stencil) in library.iter() {
        listing.lines.push(sizes(stencil.name.clone(), stencil.code.len(), stencil.holes.len()));
    }
    let bytes = library.iter().map(|(_, stencil)| stencil.code.len()).sum();
    let holes = library.iter().map(|(_, stencil)| stencil.holes.len()).sum();
    listing.lines.push(Line::default());
    listing.lines.push(sizes(count(library.iter().len(), "stencil"), bytes, holes));
    listing
}

/// The holes of all stencils of a library.
#[must_use]
pub fn holes(library: &StencilLibrary, symbols: &SymbolTable) -> Listing {
    let mut listing = Listing::default();
    for (id, stencil) in library.iter() {
        let title = format!("{}, {}:", stencil.name, count(stencil.holes.len(), "hole"));
        listing.append(Listing { title, ..holes_of(library, symbols, id) });
    }
    listing
}

/// The holes of a stencil: offset, size, type of relocation, and the symbol whose
/// value goes there.
///
/// # Panics
/// When the stencil is of another library, or the library of other symbols.
#[must_use]
pub fn holes_of(library: &StencilLibrary, symbols: &SymbolTable, id: StencilId) -> Listing {
    let line = |hole: &Hole| Line {
        origin: offset(hole.offset as usize),
        note: symbol(library, symbols, hole),
        ..Line::text(format!("{} bytes  {RELOCATION}", Hole::SIZE))
    };
    let lines = library.get(id).holes.iter().map(line).collect();
    Listing { title: String::new(), lines }
}

/// The machine code of a stencil as it is in the library, with its holes open.
///
/// # Panics
/// When the stencil is of another library, or the library of other symbols.
#[must_use]
pub fn code_of(library: &StencilLibrary, symbols: &SymbolTable, id: StencilId) -> Listing {
    let stencil = library.get(id);
    disassemble_stencil(&stencil.code, &open_holes(library, symbols, stencil), Holes::Open)
}

/// A copy of a stencil, with its holes filled, as lines to be put below a line
/// that says what it was copied for. `filling_of` names what went into its holes.
///
/// # Panics
/// When the copy has not the size of the stencil.
#[must_use]
pub fn placed(
    stencil: &Stencil,
    copy: &[u8],
    mut filling_of: impl FnMut(Target) -> Filling,
) -> Vec<Line> {
    assert_eq!(copy.len(), stencil.code.len(), "a copy of {} is as long", stencil.name);
    let mut mark = |hole: &Hole| {
        let Filling { name, is_address } = filling_of(hole.target);
        Mark { bytes: hole.bytes(), symbol: with_addend(&name, hole.addend), is_address }
    };
    let marks: Vec<Mark> = stencil.holes.iter().map(&mut mark).collect();
    let mut lines = disassemble_stencil(copy, &marks, Holes::Filled).lines;
    for line in &mut lines {
        line.origin = "  ".to_owned();
    }
    lines
}

/// Marks on the holes of a stencil that nobody has filled.
pub(super) fn open_holes(
    library: &StencilLibrary,
    symbols: &SymbolTable,
    stencil: &Stencil,
) -> Vec<Mark> {
    let mark = |hole: &Hole| {
        let symbol = symbol(library, symbols, hole);
        Mark { bytes: hole.bytes(), symbol, is_address: false }
    };
    stencil.holes.iter().map(mark).collect()
}

/// An offset as listings have it.
#[must_use]
pub fn offset(bytes: usize) -> String {
    format!("{bytes:#05x}")
}

/// So many of something: `1 hole`, `2 holes`.
#[must_use]
pub fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

fn sizes(name: String, bytes: usize, holes: usize) -> Line {
    let holes = count(holes, "hole");
    let number = holes.find(' ').expect("a number and a word");
    Line { origin: name, ..Line::text(format!("{bytes:6} bytes{:1$}{holes}", "", 6 - number)) }
}

/// The symbol that a hole refers to, and what is added to its value.
fn symbol(library: &StencilLibrary, symbols: &SymbolTable, hole: &Hole) -> String {
    let name = match hole.target {
        Target::Symbol(kind) => symbols.name(kind),
        Target::Stencil(id) => &library.get(id).name,
    };
    with_addend(name, hole.addend)
}

/// A name with what is added to its value: `HOLE_RANGE+0x8`.
#[must_use]
pub fn with_addend(name: &str, addend: i64) -> String {
    match addend {
        0 => name.to_owned(),
        1.. => format!("{name}+{addend:#x}"),
        _ => format!("{name}-{:#x}", addend.unsigned_abs()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mechanism::HoleKind;

    /// `double` jumps to `next`, which wants the value of LEFT but for 2 bytes.
    fn library() -> StencilLibrary {
        let hole = |offset, target, addend| Hole { offset, target, addend };
        let stencil = |name: &str, code: &[u8], holes| {
            let (name, code) = (name.to_owned(), code.to_vec());
            Stencil { name, code, holes }
        };
        let double = [0x01, 0xc0, 0x48, 0xb9, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xe1];
        let next = [0x48, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0xc3];
        let stencils = vec![
            stencil("double", &double, vec![hole(4, Target::Stencil(StencilId(1)), 0)]),
            stencil("next", &next, vec![hole(2, Target::Symbol(HoleKind(0)), -2)]),
        ];
        StencilLibrary::new(stencils, Vec::new())
    }

    fn symbols() -> SymbolTable {
        SymbolTable::new(["LEFT"])
    }

    #[test]
    fn the_table_of_stencils_ends_with_their_sums() {
        insta::assert_snapshot!(stencils(&library()), @"
        double          14 bytes     1 hole
        next            11 bytes     1 hole

        2 stencils      25 bytes     2 holes
        ");
    }

    #[test]
    fn a_hole_shows_whose_value_it_wants() {
        insta::assert_snapshot!(holes(&library(), &symbols()), @"
        double, 1 hole:
        0x004  8 bytes  R_X86_64_64  next

        next, 1 hole:
        0x002  8 bytes  R_X86_64_64  LEFT-0x2
        ");
    }

    #[test]
    fn code_with_open_holes_shows_names_and_zeros() {
        insta::assert_snapshot!(code_of(&library(), &symbols(), StencilId(0)), @"
        01 c0                            add eax, eax
        48 b9 [00 00 00 00 00 00 00 00]  mov rcx, next
        ff e1                            jmp rcx
        ");
    }
}
