//! An image: code that has been linked, and can be put at any address. Chapter 3
//! of the book, "Two passes".

use std::fmt;
use std::marker::PhantomData;

use ch02_stencils::{CodeOffset, HoleKind, StencilId};

use super::code_map::{CodeMap, Step};
use crate::mechanism::arch::{Arch, Formula};

// ANCHOR: image
/// Linked code that does not know where it will lie: what depends on that is kept
/// as a list. Behind the hot parts of all steps lie their cold parts, then slots,
/// constants, and room for veneers.
#[derive(Clone, Debug)]
pub struct Image<A> {
    /// At least [`Image::veneers_start`] bytes; those behind are left from before.
    pub(super) bytes: Vec<u8>,
    pub(super) map: CodeMap,
    /// By step.
    pub(super) stencils: Vec<StencilId>,
    pub(super) kept: Vec<Kept>,
    pub(super) veneers_start: usize,
    /// The functions that may need veneers, in the order of these.
    pub(super) veneers: Vec<HoleKind>,
    pub(super) alignment: usize,
    pub(super) arch: PhantomData<A>,
}
// ANCHOR_END: image

// ANCHOR: kept
/// A relocation that waits for the address of the image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Where the value goes, in bytes from the start of the image.
    pub offset: u32,
    /// How it is computed.
    pub formula: Formula,
    /// From what.
    pub target: KeptTarget,
    /// What is added.
    pub addend: i64,
}
// ANCHOR_END: kept

/// What a relocation that was kept is computed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeptTarget {
    /// The address of something outside of the image.
    Outside {
        /// Its symbol.
        symbol: HoleKind,
        /// Which of the image's veneers leads there, if it is called.
        veneer: Option<u8>,
    },
    /// A place in the image, in bytes from its start.
    Image(u64),
    /// An address that is known already.
    Address(u64),
}

impl fmt::Display for KeptTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Outside { symbol, .. } => write!(f, "symbol {}", symbol.0),
            Self::Image(offset) => write!(f, "{offset:#x} in the image"),
            Self::Address(address) => write!(f, "address {address:#x}"),
        }
    }
}

impl<A: Arch> Image<A> {
    /// An image of nothing, to be linked into.
    #[must_use]
    pub fn new() -> Image<A> {
        Image {
            bytes: Vec::new(),
            map: CodeMap::default(),
            stencils: Vec::new(),
            kept: Vec::new(),
            veneers_start: 0,
            veneers: Vec::new(),
            alignment: 1,
            arch: PhantomData,
        }
    }

    /// How many bytes it takes up where it is placed.
    #[must_use]
    pub fn size(&self) -> usize {
        self.veneers_start + self.veneers.len() * A::VENEER_SIZE
    }

    /// It can be placed at multiples of this many bytes, a power of two.
    #[must_use]
    pub fn alignment(&self) -> usize {
        self.alignment
    }

    /// Empties the image, whose memory is used again.
    pub fn clear(&mut self) {
        self.map.starts.clear();
        self.stencils.clear();
        self.kept.clear();
        self.veneers.clear();
        self.veneers_start = 0;
        self.alignment = 1;
    }

    /// Takes the code map out of an image that has been placed. What is left is empty.
    pub fn take_map(&mut self) -> CodeMap {
        let map = std::mem::take(&mut self.map);
        self.clear();
        map
    }

    /// The bytes up to the veneers. Those of what is kept have no meaning yet.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.veneers_start]
    }

    /// Which step's code is where.
    #[must_use]
    pub fn map(&self) -> &CodeMap {
        &self.map
    }

    /// Where a step can be entered.
    ///
    /// # Panics
    /// When there is no such step.
    #[must_use]
    pub fn entry(&self, step: Step) -> CodeOffset {
        self.map.entry(step)
    }

    /// How many bytes the hot parts of all steps have.
    #[must_use]
    pub fn hot_size(&self) -> usize {
        self.map.hot_size()
    }

    /// How many bytes the cold parts of all steps have.
    #[must_use]
    pub fn cold_size(&self) -> usize {
        self.map.cold_size()
    }

    /// What is still to be written when the address is known.
    #[must_use]
    pub fn kept(&self) -> &[Kept] {
        &self.kept
    }
}

impl<A: Arch> Default for Image<A> {
    fn default() -> Self {
        Self::new()
    }
}
