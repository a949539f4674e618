//! The arena as a listing: what lies beside what.

use ch00_workbench::{Line, Listing};

use crate::mechanism::{Arena, Span, SpanKind, Strategy};

/// Lists the regions of an arena, with distances from the start of their code.
#[must_use]
pub fn memory(arena: &Arena) -> Listing {
    let mut listing = Listing::default();
    for spans in arena.survey() {
        listing.append(region(&spans));
    }
    listing.append(Listing::new(match arena.strategy() {
        Strategy::DualMapping => {
            "Code is written at another address, between guard pages of its own."
        }
        Strategy::Flips => "Pages with code cannot be written; all others cannot be executed.",
    }));
    listing
}

fn region(spans: &[Span]) -> Listing {
    let mut listing = Listing::new("A region:");
    listing.lines = spans.iter().map(line).collect();
    listing
}

/// `    0x40  `fib`, 1044 bytes`
fn line(span: &Span) -> Line {
    let Span { offset, bytes, kind } = span;
    let sign = if *offset < 0 { "-" } else { "" };
    let offset = format!("{sign}{:#x}", offset.unsigned_abs());
    let what = match kind {
        SpanKind::Guard => "guard page: nobody may touch it".to_owned(),
        SpanKind::Code(what) => format!("{}, {bytes} bytes", what.name()),
        SpanKind::Free => format!("room for code, {bytes} bytes"),
        SpanKind::Taken => format!("not code, and not free, {bytes} bytes"),
        SpanKind::Cells => format!("cells, {bytes} bytes"),
    };
    Line { origin: format!("{offset:>9}  {what}"), ..Line::default() }
}
