//! Stencils: machine code with holes in it, and the library that numbers them.
//! Chapter 2 of the book, "Reading an object file".

use std::ops::Range;

use super::symbols::HoleKind;

// ANCHOR: stencil
/// A piece of machine code that is complete but for its holes, and that runs
/// wherever it is copied to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stencil {
    /// The name of the C function that it was compiled from.
    pub name: String,
    /// The machine code. Where there is a hole, the bytes are 0.
    pub code: Vec<u8>,
    /// The holes, by offset; they do not overlap.
    pub holes: Vec<Hole>,
}

/// Eight bytes that a value is written to, lowest byte first: what the ABI calls
/// `R_X86_64_64` (System V ABI for AMD64, table 4.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hole {
    /// Where it begins, in bytes from the start of the stencil.
    pub offset: u32,
    /// Whose value it wants.
    pub target: Target,
    /// What is added to the value.
    pub addend: i64,
}

// ANCHOR_END: stencil

// ANCHOR: target
/// What a hole is filled with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// A value that the driver knows how to compute, by the kind that it gave the symbol.
    Symbol(HoleKind),
    /// The address of a stencil of the same library.
    Stencil(StencilId),
}
// ANCHOR_END: target

/// The number of a stencil in its library: 0, 1, 2, … Whatever else is to be
/// known of a stencil (what it expects in registers, which of its code is cold)
/// goes into a table by this number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StencilId(pub u16);

impl Hole {
    /// How many bytes a hole has.
    pub const SIZE: usize = 8;

    /// The bytes of the hole, counted from the start of the stencil.
    #[must_use]
    pub fn bytes(&self) -> Range<usize> {
        self.offset as usize..self.offset as usize + Self::SIZE
    }
}

impl Stencil {
    // ANCHOR: copy_and_patch
    /// Copies the code to `place` and fills the holes: the sum of a hole's value
    /// and its addend, modulo 2^64.
    ///
    /// # Panics
    /// When `place` has not the size of the code, or a hole lies outside of it.
    pub fn copy_and_patch(&self, place: &mut [u8], mut value_of: impl FnMut(Target) -> u64) {
        place.copy_from_slice(&self.code);
        for hole in &self.holes {
            let value = value_of(hole.target).wrapping_add_signed(hole.addend);
            place[hole.bytes()].copy_from_slice(&value.to_le_bytes());
        }
    }
    // ANCHOR_END: copy_and_patch
}

/// All stencils of an object file, by number and by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StencilLibrary {
    stencils: Vec<Stencil>,
    tables: Vec<(String, Vec<u8>)>,
}

impl StencilLibrary {
    /// A library of stencils in this order, and of the object's data tables by name.
    ///
    /// # Panics
    /// When there are more stencils than numbers for them.
    #[must_use]
    pub(super) fn new(stencils: Vec<Stencil>, tables: Vec<(String, Vec<u8>)>) -> StencilLibrary {
        assert!(u16::try_from(stencils.len()).is_ok(), "the reader has counted the stencils");
        StencilLibrary { stencils, tables }
    }

    /// The number of the stencil with a name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<StencilId> {
        let index = self.stencils.iter().position(|stencil| stencil.name == name)?;
        Some(StencilId(index as u16))
    }

    /// The stencil with a number of this library.
    ///
    /// # Panics
    /// When the number is another library's.
    #[must_use]
    pub fn get(&self, id: StencilId) -> &Stencil {
        &self.stencils[id.0 as usize]
    }

    /// All stencils with their numbers, in the order of the object file.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (StencilId, &Stencil)> {
        (0..self.stencils.len()).map(|index| (StencilId(index as u16), &self.stencils[index]))
    }

    /// The bytes of a data table that the driver asked for by name.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<&[u8]> {
        let table = self.tables.iter().find(|(table, _)| table == name)?;
        Some(&table.1)
    }
}
