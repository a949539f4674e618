//! Listings of stencils that have been laid out: which there are, what holes they
//! have, and their machine code. Chapter 3 of the book, "The linker owns the layout".

use ch00_workbench::{Holes, Line, Listing, Mark, disassemble_stencil};
use ch02_stencils::StencilId;
use ch02_stencils::listing::{Filling, count, offset, with_addend};

use super::arch::Formula;
use super::layout::{Hole, Part, PartName, Target};
use super::link::Library;
use super::symbols::Symbols;

/// All stencils of a library: name, sizes of the parts, number of holes; and their
/// sums.
#[must_use]
pub fn stencils<A>(library: &Library<A>) -> Listing {
    let mut listing = Listing::default();
    let mut sums = [0; 3];
    for (_, stencil) in library.iter() {
        let sizes = [stencil.hot.code.len(), stencil.cold.code.len(), stencil.holes().count()];
        listing.lines.push(sizes_line(stencil.name.clone(), sizes));
        sums = [sums[0] + sizes[0], sums[1] + sizes[1], sums[2] + sizes[2]];
    }
    listing.lines.push(Line::default());
    listing.lines.push(sizes_line(count(library.iter().len(), "stencil"), sums));
    listing
}

fn sizes_line(origin: String, [hot, cold, holes]: [usize; 3]) -> Line {
    let holes = count(holes, "hole");
    let number = holes.find(' ').expect("a number and a word");
    let text = format!("{hot:5} bytes hot {cold:5} cold {:1$}{holes}", "", 4 - number.min(4));
    Line { origin, ..Line::text(text) }
}

/// The holes of all stencils of a library.
#[must_use]
pub fn holes<A>(library: &Library<A>) -> Listing {
    let mut listing = Listing::default();
    for (_, stencil) in library.iter() {
        let line = |(part, hole): (PartName, &Hole)| Line {
            origin: format!("{} {}", name_of(part), offset(hole.offset as usize)),
            note: with_addend(&symbol(library.symbols(), &hole.target), hole.addend),
            ..Line::text(format!("{} bytes  {}", hole.formula.size(), hole.formula))
        };
        let title = format!("{}, {}:", stencil.name, count(stencil.holes().count(), "hole"));
        listing.append(Listing { title, lines: stencil.holes().map(line).collect() });
    }
    listing
}

/// The machine code of a stencil as it is in the library, with its holes open.
///
/// # Panics
/// When the stencil is of another library.
#[must_use]
pub fn code_of<A>(library: &Library<A>, id: StencilId) -> Listing {
    let stencil = library.get(id);
    let mut listing = Listing::default();
    for part in [PartName::Hot, PartName::Cold] {
        let lines = open(stencil.part(part), library.symbols());
        if !lines.is_empty() {
            let title =
                format!("{}, {}:", name_of(part), count(stencil.part(part).code.len(), "byte"));
            listing.append(Listing { title, lines });
        }
    }
    listing
}

fn open(part: &Part, symbols: &Symbols) -> Vec<Line> {
    let mark = |hole: &Hole| {
        let name = symbol(symbols, &hole.target);
        Mark { bytes: hole.bytes(), symbol: with_addend(&name, said(hole)), is_address: false }
    };
    let marks: Vec<Mark> = part.holes.iter().map(mark).collect();
    disassemble_stencil(&part.code, &marks, Holes::Open).lines
}

/// A copy of a part of a stencil, with its holes filled, as lines to be put below a
/// line that says what it was copied for. `filling_of` names what went into its holes.
///
/// # Panics
/// When the copy has not the size of the part.
#[must_use]
pub fn placed(
    part: &Part,
    copy: &[u8],
    mut filling_of: impl FnMut(Target) -> Filling,
) -> Vec<Line> {
    assert_eq!(copy.len(), part.code.len(), "a copy is as long as what was copied");
    let mut mark = |hole: &Hole| {
        let Filling { name, is_address } = filling_of(hole.target);
        Mark { bytes: hole.bytes(), symbol: with_addend(&name, said(hole)), is_address }
    };
    let marks: Vec<Mark> = part.holes.iter().map(&mut mark).collect();
    let mut lines = disassemble_stencil(copy, &marks, Holes::Filled).lines;
    for line in &mut lines {
        line.origin = "  ".to_owned();
    }
    lines
}

/// What is added to a value, as an assembler has it: there the distance is that
/// from the hole's end.
fn said(hole: &Hole) -> i64 {
    match hole.formula {
        Formula::Distance | Formula::Call | Formula::Slot => hole.addend + 4,
        Formula::Word | Formula::Unsigned | Formula::Signed => hole.addend,
    }
}

/// What a hole refers to.
fn symbol(symbols: &Symbols, target: &Target) -> String {
    match *target {
        Target::Symbol(kind) => symbols.table().name(kind).to_owned(),
        Target::Own(part) => name_of(part).to_owned(),
        Target::Constant(constant) => format!("constant {}", constant.0),
    }
}

/// What a part is called.
#[must_use]
pub fn name_of(part: PartName) -> &'static str {
    match part {
        PartName::Hot => "hot",
        PartName::Cold => "cold",
        PartName::Slots => "slots",
    }
}
