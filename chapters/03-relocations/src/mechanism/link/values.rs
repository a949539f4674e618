//! What a driver is asked for each step, and how it answers: with a table of
//! values in which each hole finds its own by number, so that nobody has to ask
//! for each hole what it is for. Chapter 3 of the book, "Two passes".

use ch02_stencils::{HoleKind, StencilId};

use super::code_map::{CodeMap, Step};
use super::flat::LIMIT;
use crate::mechanism::graph::ConstantId;
use crate::mechanism::layout::PartName;
use crate::mechanism::symbols::Symbols;

// ANCHOR: resolver
/// What a driver knows of the sequence of stencils that it wants to have linked.
pub trait HoleResolver {
    /// The stencil of a step. It is asked once for each.
    fn stencil(&self, step: Step) -> StencilId;

    /// Sets the values of all symbols that are labels or numbers for a step. What
    /// the step's stencil has no hole for may have any value. `map` knows where
    /// each step begins.
    fn fill(&self, step: Step, map: &CodeMap, values: &mut Values);
}
// ANCHOR_END: resolver

/// The values of symbols, parts and constants, by number. Those of places in the
/// image are in bytes from its start.
#[derive(Clone, Debug)]
pub struct Values([u64; 256]);

/// Where in [`Values`] something is. Symbols have the first 64 numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot(pub(super) u8);

/// Behind those of the symbols, the number of the first part; of 0; of what nobody
/// asks for; and of the first constant.
const PARTS: u8 = Symbols::FILLED as u8;
const ZERO: u8 = PARTS + PartName::ALL.len() as u8;
const NOWHERE: u8 = ZERO + 1;
const CONSTANTS: u8 = 128;
const _: () = assert!(NOWHERE < CONSTANTS && CONSTANTS as usize + LIMIT <= 256);

impl Slot {
    pub(super) fn symbol(kind: HoleKind) -> Slot {
        Slot(kind.0 as u8)
    }

    pub(super) fn part(part: PartName) -> Slot {
        Slot(PARTS + part as u8)
    }

    /// Where there is always a 0.
    pub(super) fn zero() -> Slot {
        Slot(ZERO)
    }

    /// Where nobody looks.
    pub(super) fn nowhere() -> Slot {
        Slot(NOWHERE)
    }

    pub(super) fn constant(constant: ConstantId) -> Slot {
        Slot(CONSTANTS + constant.0 as u8)
    }
}

impl Values {
    pub(super) fn new() -> Values {
        Values([0; 256])
    }

    /// Sets the value of a symbol: a number, or, if it is a label, where a step
    /// begins: see [`CodeMap::start`].
    ///
    /// # Panics
    /// When it is not among the first [`FILLED`](Symbols::FILLED) symbols.
    pub fn set(&mut self, symbol: HoleKind, value: u64) {
        assert!(usize::from(symbol.0) < Symbols::FILLED, "a step fills only labels and numbers");
        self.put(Slot::symbol(symbol), value);
    }

    /// Sets where the parts of a step are.
    pub(super) fn put_parts(&mut self, starts: [u64; 3]) {
        for (part, start) in PartName::ALL.into_iter().zip(starts) {
            self.put(Slot::part(part), start);
        }
    }

    pub(super) fn put(&mut self, slot: Slot, value: u64) {
        self.0[usize::from(slot.0)] = value;
    }

    pub(super) fn get(&self, slot: Slot) -> u64 {
        self.0[usize::from(slot.0)]
    }
}
