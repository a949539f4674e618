//! Cells: words that code and everybody else may read and write at any time. What
//! changes about published code is a cell, as the code itself never changes. Chapter 4
//! of the book, "Cells".

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::arena::{Arena, LINE};
use super::error::ArenaError;
use super::region::Region;

// ANCHOR: cells
/// Words of 8 bytes near the arena's code. They are zero at first, and free again
/// when this is dropped: code that uses them must not outlive it.
#[derive(Debug)]
pub struct Cells {
    arena: Arc<Arena>,
    region: Arc<Region>,
    range: Range<usize>,
    count: usize,
}
// ANCHOR_END: cells

impl Arena {
    /// Makes so many cells, in a row.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn cells(self: &Arc<Self>, count: usize) -> Result<Cells, ArenaError> {
        let bytes = count.checked_mul(size_of::<AtomicU64>());
        let bytes = bytes.and_then(|bytes| bytes.checked_next_multiple_of(LINE));
        let bytes = bytes.ok_or(ArenaError::TooLarge { bytes: usize::MAX })?;
        let (region, range) = self.take_cells(bytes)?;
        let cells = Cells { arena: Arc::clone(self), region, range, count };
        cells.words().iter().for_each(|cell| cell.store(0, std::sync::atomic::Ordering::Relaxed));
        Ok(cells)
    }
}

impl Cells {
    // ANCHOR: words
    /// The cells. Code finds them at the addresses that they have here.
    #[must_use]
    pub fn words(&self) -> &[AtomicU64] {
        &self.region.cells(self.range.clone())[..self.count]
    }
    // ANCHOR_END: words
}

impl Drop for Cells {
    fn drop(&mut self) {
        self.arena.give_cells(&self.region, self.range.clone());
    }
}
