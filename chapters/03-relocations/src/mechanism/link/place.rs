//! From an image to code at an address. Chapter 3 of the book, "Out of reach".

use ch02_stencils::{CodeAddress, HoleKind};

use super::error::PlaceError;
use super::flat::LIMIT;
use super::image::{Image, Kept, KeptTarget};
use crate::mechanism::arch::{Arch, Formula, Overflow};

impl<A: Arch> Image<A> {
    /// Writes the code to `memory`, as it has to be when it is executed at
    /// `address`. `outside` has the addresses of what is outside of the image.
    ///
    /// # Errors
    /// When something is out of reach from there, or the address is not a multiple
    /// of the image's alignment. There is nothing of use in the memory then.
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
        veneers.fill(A::TRAP);
        // All zeros, which is written fastest. `find_ways` sets those that are used.
        let ways = [Way::Known(0); LIMIT];
        let mut placement = Placement { image: self, code, veneers, address, outside, ways };
        placement.find_ways();
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
    /// By veneer: how calls get to where it leads.
    ways: [Way; LIMIT],
}

/// How calls of a function get there.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// From everywhere in the image by a call of this address: that of the function,
    /// or of its veneer.
    Known(u64),
    /// From some places by a call of the function, which has this address, and from
    /// others through its veneer.
    Unknown(u64),
}

impl<A: Arch, F: Fn(HoleKind) -> u64> Placement<'_, A, F> {
    // ANCHOR: ways
    /// Finds out how to get to each function that is called. What is in reach from
    /// both ends of the image is so from everywhere, and what is from neither, from
    /// nowhere.
    fn find_ways(&mut self) {
        for (number, &symbol) in self.image.veneers.iter().enumerate() {
            let target = (self.outside)(symbol);
            let ends = [self.address.0, self.address.0 + self.code.len() as u64];
            self.ways[number] = match ends.map(|end| is_in_reach::<A>(target, end)) {
                [true, true] => Way::Known(target),
                [false, false] => Way::Known(self.write_veneer(number, target)),
                _ => Way::Unknown(target),
            };
        }
    }
    // ANCHOR_END: ways

    #[inline]
    // ANCHOR: place
    fn fill(&mut self, kept: &Kept) -> Result<(), PlaceError> {
        let filled = match kept.target {
            KeptTarget::Outside { veneer: Some(veneer), .. } => self.call(kept, veneer.into()),
            KeptTarget::Outside { symbol, veneer: None } => {
                self.write(kept, (self.outside)(symbol))
            }
            KeptTarget::Image(offset) => self.write(kept, self.address.0 + offset),
            KeptTarget::Address(address) => self.write(kept, address),
        };
        let Kept { offset, formula, target, .. } = *kept;
        filled.map_err(|overflow| PlaceError::Range { offset, formula, target, overflow })
    }
    // ANCHOR_END: place

    #[inline]
    fn call(&mut self, kept: &Kept, number: usize) -> Result<(), Overflow> {
        match self.ways[number] {
            Way::Known(way) => self.write(kept, way),
            Way::Unknown(target) => self.write(kept, target).or_else(|_| {
                let veneer = self.write_veneer(number, target);
                self.write(kept, veneer)
            }),
        }
    }

    /// Writes a veneer; returns its address.
    fn write_veneer(&mut self, number: usize, target: u64) -> u64 {
        let start = number * A::VENEER_SIZE;
        A::write_veneer(&mut self.veneers[start..start + A::VENEER_SIZE], target);
        self.address.0 + (self.code.len() + start) as u64
    }

    fn write(&mut self, kept: &Kept, value: u64) -> Result<(), Overflow> {
        let start = kept.offset as usize;
        let place = &mut self.code[start..start + kept.formula.size()];
        let address = self.address.0 + u64::from(kept.offset);
        A::apply(kept.formula, place, value, kept.addend, address)
    }
}

/// Whether a call at `place` gets to `target`.
fn is_in_reach<A: Arch>(target: u64, place: u64) -> bool {
    let mut call = [0; 4];
    let to_start = -(call.len() as i64);
    A::apply(Formula::Call, &mut call, target, to_start, place).is_ok()
}
