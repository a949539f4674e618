//! The linker: first it adds sizes up, so that every place is known; then it copies
//! and patches. Chapter 3 of the book, "Two passes".

use ch02_stencils::HoleKind;

use super::arrange::Sums;
use super::code_map::{Starts, Step};
use super::error::LinkError;
use super::flat::{CHUNK, Piece};
use super::image::Image;
use super::library::Library;
use super::values::{HoleResolver, Slot, Values};
use crate::mechanism::arch::{Arch, Formula, Overflow};
use crate::mechanism::layout::{Hole, Target};
use crate::mechanism::symbols::Role;

impl<A: Arch> Library<A> {
    /// Links a sequence of so many steps into `image`, whose memory is used again.
    ///
    /// # Errors
    /// When a value does not fit its hole, the code would run off its end, or would
    /// have 2 GiB or more. The image is empty then.
    ///
    /// # Panics
    /// When the resolver names a stencil that the library does not have.
    pub fn link<R: HoleResolver>(
        &self,
        steps: u32,
        resolver: &R,
        image: &mut Image<A>,
    ) -> Result<(), LinkError> {
        let linked = self.try_link(steps, resolver, image);
        linked.inspect_err(|_| image.clear())
    }

    // ANCHOR: link
    fn try_link<R: HoleResolver>(
        &self,
        steps: u32,
        resolver: &R,
        image: &mut Image<A>,
    ) -> Result<(), LinkError> {
        let mut values = Values::new();
        let sums = self.measure(steps, resolver, image);
        self.check_end(image)?;
        self.arrange(&sums, image, &mut values)?;
        match self.emit(resolver, image, &sums, &mut values) {
            true => Ok(()),
            false => Err(self.explain(resolver, image, &mut values)),
        }
    }
    // ANCHOR_END: link

    // ANCHOR: measure
    /// The first pass: where each step begins. Cold parts are counted from where
    /// the hot ones end.
    fn measure<R: HoleResolver>(&self, steps: u32, resolver: &R, image: &mut Image<A>) -> Sums {
        let mut sums = Sums::default();
        let starts = &mut image.map.starts;
        starts.clear();
        starts.reserve_exact(steps as usize + 1);
        image.stencils.clear();
        image.stencils.extend((0..steps).map(|step| resolver.stencil(Step(step))));
        for &id in &image.stencils {
            let flat = self.flat(id);
            starts.push(sums.starts());
            sums.hot += flat.hot.size();
            sums.cold += flat.cold.size();
            sums.slots += u64::from(flat.slots_size);
            sums.constants |= flat.constants;
            sums.calls |= flat.calls;
        }
        starts.push(sums.starts());
        sums
    }
    // ANCHOR_END: measure

    /// Behind the last step there is none that it could go on with.
    fn check_end(&self, image: &Image<A>) -> Result<(), LinkError> {
        let Some(&id) = image.stencils.last() else { return Ok(()) };
        if !self.flat(id).continues {
            return Ok(());
        }
        let step = Step(image.stencils.len() as u32 - 1);
        Err(LinkError::RunsOff { step, stencil: self.get(id).name.clone() })
    }

    /// The second pass: copies each step's parts to their places, and fills their
    /// holes. Returns whether all values fit.
    fn emit<R: HoleResolver>(
        &self,
        resolver: &R,
        image: &mut Image<A>,
        sums: &Sums,
        values: &mut Values,
    ) -> bool {
        let Image { bytes, map, stencils, kept, veneers_start, .. } = image;
        let bytes = &mut bytes[..*veneers_start];
        kept.clear();
        let veneers = sums.veneers();
        let (hot_end, cold_end) = (sums.hot as usize, (sums.hot + sums.cold) as usize);
        let mut slots = sums.slots_start();
        let mut excess = 0;
        // ANCHOR: emit
        let ends = map.starts.windows(2);
        for ((step, &id), ends) in stencils.iter().enumerate().zip(ends) {
            let (flat, Starts { hot, cold }) = (self.flat(id), ends[0]);
            resolver.fill(Step(step as u32), map, values);
            values.put_parts([hot.into(), cold.into(), slots]);
            values.put(self.next, ends[1].hot.into());
            flat.hot.copy(&mut bytes[..hot_end], hot as usize);
            if !flat.cold.code.is_empty() {
                flat.cold.copy(&mut bytes[..cold_end], cold as usize);
            }
            for word in &flat.words {
                word.fill(bytes, values);
            }
            for half in &flat.halves {
                excess |= half.fill(bytes, values);
            }
            for later in &flat.later {
                kept.push(later.keep(values, &veneers));
            }
            slots += u64::from(flat.slots_size);
        }
        // ANCHOR_END: emit
        excess >> 32 == 0
    }

    /// Finds the value that did not fit, one hole at a time.
    fn explain<R: HoleResolver>(
        &self,
        resolver: &R,
        image: &Image<A>,
        values: &mut Values,
    ) -> LinkError {
        for (step, &id) in (0..).map(Step).zip(&image.stencils) {
            let stencil = self.get(id);
            resolver.fill(step, &image.map, values);
            values.put(self.next, image.map.start(Step(step.0 + 1)).0 as u64);
            for (part, hole) in stencil.holes().filter(|(_, hole)| hole.formula != Formula::Word) {
                let Target::Symbol(symbol) = hole.target else { continue };
                let place = image.map.bytes(step, part).start as u64 + u64::from(hole.offset);
                let Err(overflow) = self.compute(hole, symbol, place, values) else { continue };
                let stencil = stencil.name.clone();
                let symbol = self.symbols().table().name(symbol).to_owned();
                let offset = hole.offset;
                return LinkError::Range { step, stencil, part, offset, symbol, overflow };
            }
        }
        panic!("of what is filled while linking, only symbols' values can be too large")
    }

    /// Computes the value of a hole at a place, if it is one that is filled while
    /// linking: a number, or the distance to another place in the image.
    fn compute(
        &self,
        hole: &Hole,
        symbol: HoleKind,
        place: u64,
        values: &Values,
    ) -> Result<(), Overflow> {
        let is_relative = matches!(hole.formula, Formula::Distance | Formula::Call);
        let is_now = match self.symbols().role(symbol) {
            Role::Next | Role::Label => is_relative,
            Role::Number => !is_relative,
            Role::Outside => false,
        };
        if !is_now {
            return Ok(());
        }
        let value = values.get(Slot::symbol(symbol));
        let mut bytes = [0; 8];
        A::apply(hole.formula, &mut bytes[..hole.formula.size()], value, hole.addend, place)
    }
}

impl Piece {
    // ANCHOR: copy
    /// Copies the code to a place in its stream. Most parts are short, so that
    /// [`CHUNK`] bytes are copied whatever the size is: what is written too much
    /// belongs to a part that is written later. Near the end of the stream there
    /// is none.
    #[inline(always)]
    fn copy(&self, stream: &mut [u8], place: usize) {
        let end = place + self.code.len();
        let Some(chunk) = stream.get_mut(place..place + CHUNK) else {
            return stream[place..end].copy_from_slice(&self.code);
        };
        chunk.copy_from_slice(&self.head);
        if self.code.len() > CHUNK {
            stream[place + CHUNK..end].copy_from_slice(&self.code[CHUNK..]);
        }
    }
    // ANCHOR_END: copy
}
