//! Where some code is, and what it takes up. As long as there is a piece, its region
//! stays mapped.
#![expect(unsafe_code, reason = "reads code that nobody can write")]

use std::mem::ManuallyDrop;
use std::ops::Range;
use std::sync::Arc;

use ch02_stencils::{CodeAddress, CodeOffset};

use super::region::Region;

/// Code that has been published and not been freed.
#[derive(Debug)]
pub(super) struct Piece {
    /// Not dropped with the piece: who loses a piece knows nothing about who executes it.
    region: ManuallyDrop<Arc<Region>>,
    /// Where it begins in the region, and how many bytes it has.
    start: u32,
    bytes: u32,
    /// What it takes up of the region, with what lies between it and its neighbours.
    room_start: u32,
    room_end: u32,
}

impl Piece {
    /// Code of an extent that begins at `start` and is sealed; the ranges are counted
    /// from there.
    pub(super) fn new(
        region: Arc<Region>,
        start: usize,
        code: &Range<usize>,
        room: &Range<usize>,
    ) -> Piece {
        let narrow = |offset| u32::try_from(offset).expect("a region has less than 4 GiB");
        Piece {
            region: ManuallyDrop::new(region),
            start: narrow(start + code.start),
            bytes: narrow(code.len()),
            room_start: narrow(start + room.start),
            room_end: narrow(start + room.end),
        }
    }

    pub(super) fn region(&self) -> &Region {
        &self.region
    }

    /// What it takes up of the region.
    pub(super) fn room(&self) -> Range<usize> {
        self.room_start as usize..self.room_end as usize
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes as usize
    }

    pub(super) fn address(&self) -> CodeAddress {
        self.region.code_address(self.start as usize)
    }

    /// The machine code.
    pub(super) fn code(&self) -> &[u8] {
        let start = self.start as usize;
        // SAFETY: it was published, which seals it; freeing it takes the piece away.
        unsafe { self.region.sealed_bytes(start..start + self.bytes()) }
    }

    /// How far from the start an address is to which somebody may return: in the code,
    /// or behind its last byte.
    pub(super) fn find(&self, address: CodeAddress) -> Option<CodeOffset> {
        let offset = address.0.checked_sub(self.address().0)?;
        (offset <= self.bytes.into()).then_some(CodeOffset(offset as usize))
    }

    /// Whether one of these addresses, which are sorted, is in it.
    pub(super) fn is_entered(&self, addresses: &[CodeAddress]) -> bool {
        let first = addresses.partition_point(|&address| address < self.address());
        addresses.get(first).is_some_and(|&address| self.find(address).is_some())
    }

    /// The region may go now, as far as this piece is concerned.
    pub(super) fn forget(self) {
        drop(ManuallyDrop::into_inner(self.region));
    }
}
