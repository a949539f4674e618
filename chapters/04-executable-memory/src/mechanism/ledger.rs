//! The books of one region: which of its bytes are nobody's, how many of them have
//! memory behind them, and, with flips, on which pages there is code. Chapter 4 of the
//! book, "Who owns which bytes".
#![expect(
    unsafe_code,
    reason = "hands out the right to write, and takes back the right to execute"
)]

use std::ops::Range;
use std::sync::Arc;

use super::arena::Fresh;
use super::error::ArenaError;
use super::extent::{Extent, Sealed};
use super::ranges::FreeRanges;
use super::region::{Region, Strategy};
use super::survey::{Span, SpanKind};

/// How many bytes get memory behind them at a time.
const CHUNK: usize = 1 << 16;

/// Whether code may go where other code has been: not if processors cannot be asked to
/// forget that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Reuse {
    #[default]
    Allowed,
    Refused,
}

/// The books of a region.
pub(super) struct Ledger {
    region: Arc<Region>,
    /// Room for code; can be written.
    free: FreeRanges,
    /// Room for cells, counted from the first one.
    free_cells: FreeRanges,
    /// Up to where there is memory behind room for code.
    populated: usize,
    /// Up to where there has been code.
    used: usize,
    /// On how many pieces of code each page has bytes; kept for flips only.
    pieces_on: Vec<u32>,
}

impl Ledger {
    /// The books of a new region.
    pub(super) fn new(region: Region) -> Ledger {
        let pages = match region.strategy() {
            Strategy::DualMapping => 0,
            Strategy::Flips => region.code_size() / region.page(),
        };
        Ledger {
            free: FreeRanges::new(0..region.code_size()),
            free_cells: FreeRanges::new(0..region.cells_size()),
            region: Arc::new(region),
            populated: 0,
            used: 0,
            pieces_on: vec![0; pages],
        }
    }

    pub(super) fn region(&self) -> &Arc<Region> {
        &self.region
    }

    pub(super) fn populated(&self) -> usize {
        self.populated
    }

    /// How many bytes of room for code there are.
    pub(super) fn free(&self) -> usize {
        self.free.total()
    }

    /// The room for code that nobody has.
    pub(super) fn free_spans(&self) -> impl Iterator<Item = Span> {
        self.free.iter().map(|range| Span {
            offset: range.start as i64,
            bytes: range.len(),
            kind: SpanKind::Free,
        })
    }

    /// Whether there has ever been code here.
    pub(super) fn had_code(&self) -> bool {
        self.used > 0
    }

    /// Whether nobody has anything here.
    pub(super) fn is_empty(&self) -> bool {
        Arc::strong_count(&self.region) == 1
    }

    /// Gives the region back to the system; returns how many bytes of addresses it had.
    pub(super) fn release(&mut self) -> Result<usize, ArenaError> {
        let addresses = self.region.addresses();
        let region = Arc::get_mut(&mut self.region).expect("the region is empty");
        region.release()?;
        Ok((addresses.end - addresses.start) as usize)
    }

    /// Takes room for so many bytes of code, if there is.
    pub(super) fn take(
        &mut self,
        bytes: usize,
        trap: u8,
        reuse: Reuse,
    ) -> Result<Option<Fresh>, ArenaError> {
        let range = match reuse {
            Reuse::Allowed => self.free.take(bytes),
            Reuse::Refused => {
                let unused = self.used.next_multiple_of(self.region.page());
                self.free.take_behind(unused, bytes)
            }
        };
        let Some(range) = range else { return Ok(None) };
        if let Err(error) = self.populate(range.end, trap) {
            self.free.give(range);
            return Err(error);
        }
        let is_recycled = range.start < self.used;
        // SAFETY: it was nobody's, and what is nobody's can be written.
        let extent = unsafe { Extent::new(Arc::clone(&self.region), range) };
        Ok(Some(Fresh { extent, is_recycled }))
    }

    /// Takes back what can be written.
    pub(super) fn give(&mut self, extent: Extent) {
        self.free.give(extent.range());
    }

    /// Notes that there is a piece of code.
    pub(super) fn count_in(&mut self, piece: &Range<usize>) {
        self.used = self.used.max(piece.end);
        for page in self.pages(piece) {
            self.pieces_on[page] += 1;
        }
    }

    /// Takes back a piece of code: its bytes, or, with flips, the pages on which it was
    /// the last one.
    ///
    /// # Safety
    /// Nobody executes it, and nobody has a reference to it.
    pub(super) unsafe fn count_out(
        &mut self,
        piece: &Range<usize>,
        trap: u8,
    ) -> Result<(), ArenaError> {
        let range = self.left_alone(piece);
        // SAFETY: nobody but the piece has code there, and nobody executes that.
        let sealed = unsafe { Sealed::new(Arc::clone(&self.region), range) };
        let mut extent = sealed.unseal().map_err(|(_, error)| error)?;
        extent.fill(trap);
        for page in self.pages(piece) {
            self.pieces_on[page] -= 1;
        }
        if !extent.range().is_empty() {
            self.give(extent);
        }
        Ok(())
    }

    pub(super) fn take_cells(&mut self, bytes: usize) -> Option<(Arc<Region>, Range<usize>)> {
        Some((Arc::clone(&self.region), self.free_cells.take(bytes)?))
    }

    pub(super) fn give_cells(&mut self, cells: Range<usize>) {
        self.free_cells.give(cells);
    }

    /// Sees to it that there is memory behind all room up to `end`.
    fn populate(&mut self, end: usize, trap: u8) -> Result<(), ArenaError> {
        if end <= self.populated {
            return Ok(());
        }
        let end = end.next_multiple_of(CHUNK).min(self.region.code_size());
        let range = self.populated..end;
        // SAFETY: there has never been anything here, and the books are locked.
        let mut chunk = unsafe { Extent::new(Arc::clone(&self.region), range) };
        chunk.populate()?;
        chunk.fill(trap);
        self.populated = end;
        Ok(())
    }

    /// The pages on which a piece has bytes, if they are counted.
    fn pages(&self, piece: &Range<usize>) -> Range<usize> {
        if self.pieces_on.is_empty() {
            return 0..0;
        }
        let page = self.region.page();
        piece.start / page..piece.end.div_ceil(page)
    }

    // ANCHOR: left_alone
    /// What will be nobody's when a piece goes: a part of it, or whole pages.
    fn left_alone(&self, piece: &Range<usize>) -> Range<usize> {
        if self.pieces_on.is_empty() {
            return piece.clone();
        }
        let mut pages = self.pages(piece);
        let is_shared = |page: usize| self.pieces_on[page] > 1;
        if is_shared(pages.start) {
            pages.start += 1;
        }
        if !pages.is_empty() && is_shared(pages.end - 1) {
            pages.end -= 1;
        }
        let page = self.region.page();
        pages.start * page..pages.end * page
    }
    // ANCHOR_END: left_alone
}
