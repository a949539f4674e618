//! The anatomy of a stencil: its C source, its bytes, its relocations and its
//! machine code on one sheet. Chapter 2 of the book, "One instruction, by hand".

mod source;

pub use source::{Excerpt, find_source};

use ch00_workbench::{Line, Listing, Mark};

use super::listing;
use super::stencil::{Stencil, StencilId, StencilLibrary};
use super::symbols::SymbolTable;

/// Bytes in a row: as many as a hole has.
const ROW: usize = 8;

/// What is between two columns.
const GAP: usize = 4;

/// All there is to see of a stencil, as lines of text. The machine code stands
/// beside the other parts if `width` columns are enough for both, else below them.
///
/// # Panics
/// When the stencil is of another library, or the library of other symbols.
#[must_use]
pub fn dissect(
    library: &StencilLibrary,
    symbols: &SymbolTable,
    id: StencilId,
    source: &Excerpt,
    width: Option<usize>,
) -> String {
    let stencil = library.get(id);
    let marks = listing::open_holes(library, symbols, stencil);
    let left = [
        titled(
            format!("C source, {}, line {}:", source.file, source.line),
            Listing::from_text(&source.text),
        ),
        titled(format!("{} bytes, holes in brackets:", stencil.code.len()), rows(stencil, &marks)),
        titled("Relocations:".to_owned(), relocations(library, symbols, id)),
    ]
    .join("\n");
    let right = titled("Machine code:".to_owned(), listing::code_of(library, symbols, id));
    let sheet = beside(&left, &right, width).unwrap_or_else(|| format!("{left}\n{right}"));
    format!("{}\n\n{sheet}", stencil.name)
}

fn titled(title: String, listing: Listing) -> String {
    Listing { title, ..listing }.to_string()
}

fn relocations(library: &StencilLibrary, symbols: &SymbolTable, id: StencilId) -> Listing {
    let listing = listing::holes_of(library, symbols, id);
    if listing.lines.is_empty() { Listing::from_text("none") } else { listing }
}

/// The bytes in rows; a row names the holes that begin in it.
fn rows(stencil: &Stencil, marks: &[Mark]) -> Listing {
    let mut listing = Listing::default();
    for (start, bytes) in (0..).step_by(ROW).zip(stencil.code.chunks(ROW)) {
        let end = start + bytes.len();
        let here = |mark: &&Mark| mark.bytes.start < end && start < mark.bytes.end;
        let part = |mark: &Mark| Mark {
            bytes: mark.bytes.start.max(start) - start..mark.bytes.end.min(end) - start,
            ..mark.clone()
        };
        let begins = marks.iter().filter(|mark| (start..end).contains(&mark.bytes.start));
        let names: Vec<&str> = begins.map(|mark| mark.symbol.as_str()).collect();
        listing.lines.push(Line {
            origin: listing::offset(start),
            bytes: bytes.to_vec(),
            marks: marks.iter().filter(here).map(part).collect(),
            note: names.join(", "),
            ..Line::default()
        });
    }
    listing
}

/// Two texts side by side, if `width` columns are enough.
fn beside(left: &str, right: &str, width: Option<usize>) -> Option<String> {
    let (left, right): (Vec<&str>, Vec<&str>) = (left.lines().collect(), right.lines().collect());
    let right_start = widest(&left) + GAP;
    if right_start + widest(&right) > width? {
        return None;
    }
    let mut text = String::new();
    for index in 0..left.len().max(right.len()) {
        let line = |column: &[&str]| column.get(index).copied().unwrap_or_default().to_owned();
        let row = format!("{:right_start$}{}", line(&left), line(&right));
        text.push_str(row.trim_end());
        text.push('\n');
    }
    Some(text)
}

fn widest(lines: &[&str]) -> usize {
    lines.iter().map(|line| line.chars().count()).max().unwrap_or(0)
}
