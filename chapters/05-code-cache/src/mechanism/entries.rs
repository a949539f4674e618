//! Entry cells: one word for each function, with the address at which it is entered.
//! Who calls it loads the word and jumps there, so that the function's code can come, go
//! and move while nothing that calls it is patched. Chapter 5 of the book, "A cell
//! between caller and callee".

use std::sync::Arc;
use std::sync::atomic::Ordering;

use ch02_stencils::CodeAddress;
use ch04_executable_memory::{Arena, ArenaError, Cells};

/// Entry cells in an arena, for hosts that have no such words of their own.
#[derive(Debug)]
pub struct EntryCells(Cells);

impl EntryCells {
    /// Makes so many cells, which all lead to `entry`.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn new(
        arena: &Arc<Arena>,
        count: usize,
        entry: CodeAddress,
    ) -> Result<EntryCells, ArenaError> {
        let cells = EntryCells(arena.cells(count)?);
        (0..count).for_each(|index| cells.set(index, entry));
        Ok(cells)
    }

    /// Has a cell lead to `entry`.
    ///
    /// # Panics
    /// When there is no such cell.
    pub fn set(&self, index: usize, entry: CodeAddress) {
        self.0.words()[index].store(entry.0, Ordering::Release);
    }

    /// Where a cell leads.
    ///
    /// # Panics
    /// When there is no such cell.
    #[must_use]
    pub fn get(&self, index: usize) -> CodeAddress {
        CodeAddress(self.0.words()[index].load(Ordering::Acquire))
    }

    /// Where the cell itself is, for code that jumps through it.
    ///
    /// # Panics
    /// When there is no such cell.
    #[must_use]
    pub fn address(&self, index: usize) -> u64 {
        self.0.words()[index].as_ptr() as u64
    }
}
