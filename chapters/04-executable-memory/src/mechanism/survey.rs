//! What lies where in an arena, to be looked at. Chapter 4 of the book, "One arena".

use std::sync::Arc;

use super::arena::Arena;
use super::describe::Describe;
use super::region::Region;

/// Neighbouring bytes of a region that are used for one thing.
#[derive(Clone, Debug)]
pub struct Span {
    /// Where they begin, in bytes from the start of the region's code.
    pub offset: i64,
    /// How many there are.
    pub bytes: usize,
    /// What for.
    pub kind: SpanKind,
}

/// What bytes of a region are used for.
#[derive(Clone, Debug)]
pub enum SpanKind {
    /// A guard page.
    Guard,
    /// Code that has been published.
    Code(Arc<dyn Describe>),
    /// Room for code that nobody has.
    Free,
    /// Room for code that is being written, or lies idle beside code.
    Taken,
    /// Room for cells.
    Cells,
}

impl Arena {
    /// What lies in each region, in order. Room for a line at most that lies between
    /// pieces of code is left out.
    #[must_use]
    pub fn survey(&self) -> Vec<Vec<Span>> {
        let regions = self.contents();
        regions.into_iter().map(|(region, spans)| frame(&region, spans)).collect()
    }
}

/// Adds what is the same in every region.
fn frame(region: &Region, mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_by_key(|span| span.offset);
    let (page, code, cells) = (region.page(), region.code_size(), region.cells_size());
    let guard = |offset| Span { offset, bytes: page, kind: SpanKind::Guard };
    let end = code as i64 + page as i64;
    let mut all = vec![guard(-(page as i64))];
    let mut position = 0;
    for span in spans {
        fill(&mut all, position, span.offset);
        position = span.offset + span.bytes as i64;
        all.push(span);
    }
    fill(&mut all, position, code as i64);
    all.push(guard(code as i64));
    all.push(Span { offset: end, bytes: cells, kind: SpanKind::Cells });
    all.push(guard(end + cells as i64));
    all
}

/// Accounts for what lies between two spans.
fn fill(spans: &mut Vec<Span>, from: i64, to: i64) {
    const LINE: usize = super::arena::LINE;
    let bytes = (to - from) as usize;
    if bytes > LINE {
        spans.push(Span { offset: from, bytes, kind: SpanKind::Taken });
    }
}
