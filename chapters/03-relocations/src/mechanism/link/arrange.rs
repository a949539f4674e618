//! What lies where in an image behind the hot parts: cold parts, slots, constants,
//! veneers. Chapter 3 of the book, "An image".

use super::code_map::Starts;
use super::error::LinkError;
use super::flat::LIMIT;
use super::image::Image;
use super::library::Library;
use super::values::{Slot, Values};
use crate::mechanism::arch::Arch;
use crate::mechanism::graph::ConstantId;

/// What begins behind the code begins at a multiple of this.
const ALIGNMENT: u64 = 16;

/// By number of a function that is called, the number of its veneer in an image.
pub(super) type VeneerNumbers = [u8; LIMIT];

/// The sums of all steps.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sums {
    /// In bytes.
    pub(super) hot: u64,
    pub(super) cold: u64,
    pub(super) slots: u64,
    /// Which of the library's constants there are, one bit for each.
    pub(super) constants: u64,
    /// Which functions are called, one bit for each.
    pub(super) calls: u64,
}

impl Sums {
    /// Where a step begins that comes behind these. Whether that has 32 bits is
    /// asked at the end.
    pub(super) fn starts(&self) -> Starts {
        Starts { hot: self.hot as u32, cold: self.cold as u32 }
    }

    fn code(&self) -> u64 {
        self.hot + self.cold
    }

    /// The numbers of the veneers to the functions that are called.
    pub(super) fn veneers(&self) -> VeneerNumbers {
        let mut numbers = [0; LIMIT];
        for (number, call) in members(self.calls).enumerate() {
            numbers[call] = number as u8;
        }
        numbers
    }

    /// Where the slots begin.
    pub(super) fn slots_start(&self) -> u64 {
        self.code().next_multiple_of(ALIGNMENT)
    }
}

impl<A: Arch> Library<A> {
    /// Finds a place for everything, makes room for it, and writes what is the same
    /// wherever it lies. Tells `values` where the constants are.
    pub(super) fn arrange(
        &self,
        sums: &Sums,
        image: &mut Image<A>,
        values: &mut Values,
    ) -> Result<(), LinkError> {
        for starts in &mut image.map.starts {
            starts.cold = starts.cold.wrapping_add(sums.hot as u32);
        }
        image.veneers.clear();
        image.veneers.extend(members(sums.calls).map(|call| self.tables.calls[call]));
        let constants = self.place_constants(sums, image);
        let end = constants.last().map_or(sums.slots_start() + sums.slots, |&(constant, start)| {
            start + self.constants()[constant].bytes.len() as u64
        });
        let veneers_start = end.next_multiple_of(ALIGNMENT);
        let bytes = veneers_start + (image.veneers.len() * A::VENEER_SIZE) as u64;
        if bytes > i32::MAX as u64 {
            return Err(LinkError::TooBig { bytes });
        }
        image.veneers_start = veneers_start as usize;
        image.make_room(sums.code() as usize);
        for (constant, start) in constants {
            let bytes = &self.constants()[constant].bytes;
            image.bytes[start as usize..start as usize + bytes.len()].copy_from_slice(bytes);
            values.put(Slot::constant(ConstantId(constant as u32)), start);
        }
        Ok(())
    }

    /// The constants that are used, and where they begin.
    fn place_constants(&self, sums: &Sums, image: &mut Image<A>) -> Vec<(usize, u64)> {
        let mut end = sums.slots_start() + sums.slots;
        let mut alignment = ALIGNMENT;
        let place = |number: usize| {
            let constant = &self.constants()[number];
            alignment = alignment.max(constant.alignment.into());
            let start = end.next_multiple_of(constant.alignment.into());
            end = start + constant.bytes.len() as u64;
            (number, start)
        };
        let constants = members(sums.constants).map(place).collect();
        image.alignment = alignment as usize;
        constants
    }
}

impl<A: Arch> Image<A> {
    /// Makes room for all but the veneers, of which so many bytes will be code.
    fn make_room(&mut self, code: usize) {
        if self.bytes.len() < self.veneers_start {
            self.bytes.resize(self.veneers_start, A::TRAP);
        }
        self.bytes[code..self.veneers_start].fill(A::TRAP);
    }
}

/// The numbers of the bits that are set.
fn members(mut set: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let lowest = set.trailing_zeros();
        // Takes it out.
        set &= set.wrapping_sub(1);
        (lowest < u64::BITS).then_some(lowest as usize)
    })
}
