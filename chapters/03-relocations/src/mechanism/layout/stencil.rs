//! A stencil that has been laid out. Chapter 3 of the book, "The linker owns the
//! layout".

use std::ops::Range;

use ch02_stencils::HoleKind;

use crate::mechanism::arch::Formula;
use crate::mechanism::graph::{BlockId, ConstantId};

// ANCHOR: stencil
/// Machine code in two parts: the hot one ends where the next stencil's begins,
/// the cold one lies elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stencil {
    /// The name of the C function.
    pub name: String,
    /// What is executed as a rule. It is entered at its start.
    pub hot: Part,
    /// What is hardly ever executed.
    pub cold: Part,
    /// Addresses that its code reads, 8 bytes each: its part of what linkers call
    /// the global offset table.
    pub slots: Part,
    /// Whether the hot part goes on behind its last byte.
    pub falls_through: bool,
}
// ANCHOR_END: stencil

/// Bytes that stay together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// The bytes. Where there is a hole, they are 0.
    pub code: Vec<u8>,
    /// The holes, by offset; they do not overlap.
    pub holes: Vec<Hole>,
    /// The blocks that it is made of, in this order.
    pub blocks: Vec<PlacedBlock>,
}

/// Where a block lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlacedBlock {
    /// Which one of the function's.
    pub block: BlockId,
    /// In bytes from the start of the part.
    pub offset: u32,
}

/// A place that a value goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hole {
    /// Where it begins, in bytes from the start of the part.
    pub offset: u32,
    /// How the value is computed.
    pub formula: Formula,
    /// What it is computed from.
    pub target: Target,
    /// What is added.
    pub addend: i64,
}

/// What the value of a hole is computed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// The value of a symbol.
    Symbol(HoleKind),
    /// The address of a part of the same copy of the stencil.
    Own(PartName),
    /// The address of a constant.
    Constant(ConstantId),
}

/// Which part of a stencil it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartName {
    /// [`Stencil::hot`].
    Hot,
    /// [`Stencil::cold`].
    Cold,
    /// [`Stencil::slots`].
    Slots,
}

impl PartName {
    /// All of them, in the order in which they lie in an image.
    pub const ALL: [PartName; 3] = [PartName::Hot, PartName::Cold, PartName::Slots];
}

impl Stencil {
    /// One of its parts.
    #[must_use]
    pub fn part(&self, name: PartName) -> &Part {
        match name {
            PartName::Hot => &self.hot,
            PartName::Cold => &self.cold,
            PartName::Slots => &self.slots,
        }
    }

    /// All holes, each with the part that it is in.
    pub fn holes(&self) -> impl Iterator<Item = (PartName, &Hole)> {
        PartName::ALL
            .into_iter()
            .flat_map(|name| self.part(name).holes.iter().map(move |hole| (name, hole)))
    }
}

impl Hole {
    /// Whether it is of a call or jump to the very place that the symbol stands for,
    /// so that any code which leads there would do.
    pub(crate) fn is_plain_call(&self) -> bool {
        self.formula == Formula::Call && self.addend == -(self.formula.size() as i64)
    }

    /// The bytes of the hole, counted from the start of the part.
    #[must_use]
    pub fn bytes(&self) -> Range<usize> {
        self.offset as usize..self.offset as usize + self.formula.size()
    }
}
