//! From an image to code at an address. Chapter 3 of the book, "Out of reach".

use ch02_stencils::{CodeAddress, HoleKind};

use super::error::PlaceError;
use super::image::{Image, Kept, KeptTarget};
use crate::mechanism::arch::{Arch, Overflow};

/// What is left where a veneer could be, but is not needed: the opcode of a trap.
const PADDING: u8 = 0xcc;

impl<A: Arch> Image<A> {
    /// Writes the code to `memory`, as it has to be when it is executed at
    /// `address`. `outside` has the addresses of what is outside of the image.
    ///
    /// # Errors
    /// When something is out of reach from there, or the address is not a multiple
    /// of the image's alignment.
    ///
    /// # Panics
    /// When the memory has not the image's size.
    pub fn place(
        &self,
        memory: &mut [u8],
        address: CodeAddress,
        outside: impl Fn(HoleKind) -> u64,
    ) -> Result<(), PlaceError> {
        assert_eq!(memory.len(), self.size(), "an image needs room for all of it");
        if !address.0.is_multiple_of(self.alignment() as u64) {
            let (address, alignment) = (address.0, self.alignment());
            return Err(PlaceError::Alignment { address, alignment });
        }
        let (code, veneers) = memory.split_at_mut(self.bytes().len());
        code.copy_from_slice(self.bytes());
        veneers.fill(PADDING);
        let mut placement = Placement { image: self, code, veneers, address, outside };
        self.kept().iter().try_for_each(|kept| placement.fill(kept))
    }
}

/// An image on its way to an address.
struct Placement<'a, A, F> {
    image: &'a Image<A>,
    code: &'a mut [u8],
    veneers: &'a mut [u8],
    address: CodeAddress,
    outside: F,
}

impl<A: Arch, F: Fn(HoleKind) -> u64> Placement<'_, A, F> {
    // ANCHOR: place
    fn fill(&mut self, kept: &Kept) -> Result<(), PlaceError> {
        let filled = match kept.target {
            KeptTarget::Outside { symbol, veneer } => {
                let target = (self.outside)(symbol);
                let direct = self.write(kept, target);
                match veneer {
                    Some(veneer) => direct.or_else(|_| self.lead_through(veneer, target, kept)),
                    None => direct,
                }
            }
            KeptTarget::Image(offset) => self.write(kept, self.address.0 + offset),
            KeptTarget::Address(address) => self.write(kept, address),
        };
        let Kept { offset, target, .. } = *kept;
        filled.map_err(|overflow| PlaceError::Range { offset, target, overflow })
    }
    // ANCHOR_END: place

    // ANCHOR: veneer
    /// Has a call go through a veneer, as its target is too far away.
    fn lead_through(&mut self, number: u8, target: u64, kept: &Kept) -> Result<(), Overflow> {
        let start = usize::from(number) * A::VENEER_SIZE;
        A::write_veneer(&mut self.veneers[start..start + A::VENEER_SIZE], target);
        let veneer = self.image.bytes().len() + start;
        self.write(kept, self.address.0 + veneer as u64)
    }
    // ANCHOR_END: veneer

    fn write(&mut self, kept: &Kept, value: u64) -> Result<(), Overflow> {
        let start = kept.offset as usize;
        let place = &mut self.code[start..start + kept.formula.size()];
        let address = self.address.0 + u64::from(kept.offset);
        A::apply(kept.formula, place, value, kept.addend, address)
    }
}
