//! What the linker does to a hole. There is no branch on what the hole is for: its
//! value has a number, and so has what is subtracted from it; and how large it may
//! be is computed along. Chapter 3 of the book, "Who fills what".

use super::arrange::VeneerNumbers;
use super::flat::{Half, Later, Source, Word};
use super::image::{Kept, KeptTarget};
use super::values::Values;

impl Word {
    #[inline]
    pub(super) fn fill(&self, bytes: &mut [u8], values: &Values) {
        let place = (values.get(self.part) as u32 + self.offset) as usize;
        let value = values.get(self.slot).wrapping_add_signed(self.addend);
        bytes[place..place + 8].copy_from_slice(&value.to_le_bytes());
    }
}

impl Half {
    // ANCHOR: fill
    /// Fills the hole. The upper half of the result is 0 if the value fits.
    #[inline]
    pub(super) fn fill(&self, bytes: &mut [u8], values: &Values) -> u64 {
        let place = (values.get(self.part) as u32 + self.offset) as usize;
        let value = values.get(self.slot).wrapping_sub(values.get(self.base));
        let value = value.wrapping_add_signed(self.addend);
        bytes[place..place + 4].copy_from_slice(&(value as u32).to_le_bytes());
        // From -2^31 to 2^31 - 1, if there is a sign, becomes from 0 to 2^32 - 1.
        value.wrapping_add(self.lift)
    }
    // ANCHOR_END: fill
}

impl Later {
    /// The relocation of this hole in the step that has these values.
    #[inline]
    pub(super) fn keep(&self, values: &Values, veneers: &VeneerNumbers) -> Kept {
        let target = match self.source {
            Source::Outside { symbol, call } => {
                let veneer = call.map(|call| veneers[usize::from(call)]);
                KeptTarget::Outside { symbol, veneer }
            }
            Source::Image(slot) => KeptTarget::Image(values.get(slot)),
            Source::Number(slot) => KeptTarget::Address(values.get(slot)),
        };
        let offset = values.get(self.part) as u32 + self.offset;
        Kept { offset, formula: self.formula, target, addend: self.addend }
    }
}
