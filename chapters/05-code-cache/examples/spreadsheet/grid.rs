//! The grid: what the cells contain, where each formula is entered, and what it came to.
//! The compiler, the code and the interpreter all use it.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use ch02_stencils::CodeAddress;
use ch04_executable_memory::{Arena, ArenaError, Cells};
use ch05_code_cache::EntryCells;

use crate::cell::{CELLS, CellId};
use crate::formula::Formula;

/// How often a sheet has been changed. From 1 on, so that no memo is of it at first.
pub(crate) type Edition = u64;

pub(crate) struct Grid {
    formulas: RefCell<Vec<Arc<Formula>>>,
    entries: EntryCells,
    /// By cell, a `Memo` of `sheet.c`: an edition, and a value.
    memos: Cells,
}

impl Grid {
    /// An empty grid, in which all formulas would be entered at `entry`.
    pub(crate) fn new(arena: &Arc<Arena>, entry: CodeAddress) -> Result<Grid, ArenaError> {
        let formulas = RefCell::new(vec![Arc::default(); CELLS]);
        let (entries, memos) = (EntryCells::new(arena, CELLS, entry)?, arena.cells(2 * CELLS)?);
        Ok(Grid { formulas, entries, memos })
    }

    pub(crate) fn formula(&self, cell: CellId) -> Arc<Formula> {
        Arc::clone(&self.formulas.borrow()[cell.0])
    }

    pub(crate) fn set_formula(&self, cell: CellId, formula: Formula) {
        self.formulas.borrow_mut()[cell.0] = Arc::new(formula);
    }

    pub(crate) fn entry(&self, cell: CellId) -> CodeAddress {
        self.entries.get(cell.0)
    }

    pub(crate) fn set_entry(&self, cell: CellId, entry: CodeAddress) {
        self.entries.set(cell.0, entry);
    }

    /// Where code finds the entry of a cell's formula.
    pub(crate) fn entry_address(&self, cell: CellId) -> u64 {
        self.entries.address(cell.0)
    }

    /// Where code finds what the formula of a cell came to.
    pub(crate) fn memo_address(&self, cell: CellId) -> u64 {
        self.memos.words()[2 * cell.0].as_ptr() as u64
    }

    /// What the formula of a cell came to, if it has been computed in an edition.
    pub(crate) fn memo(&self, cell: CellId, edition: Edition) -> Option<f64> {
        let [computed_in, value] =
            [0, 1].map(|word: usize| self.memos.words()[2 * cell.0 + word].load(Ordering::Relaxed));
        (computed_in == edition).then_some(f64::from_bits(value))
    }

    pub(crate) fn set_memo(&self, cell: CellId, edition: Edition, value: f64) {
        for (word, bits) in [edition, value.to_bits()].into_iter().enumerate() {
            self.memos.words()[2 * cell.0 + word].store(bits, Ordering::Relaxed);
        }
    }
}
