//! A linker that is as plain as can be: it computes every place from the start, and
//! fills one hole at a time.

use std::collections::{BTreeMap, BTreeSet};

use ch02_stencils::HoleKind;
use ch03_relocations::arch::{Arch, Formula, Overflow, X86_64};
use ch03_relocations::layout::{Hole, PartName, Stencil, Target};
use ch03_relocations::link::{Library, Step};
use ch03_relocations::{ConstantId, Role};

use crate::steps::Steps;

/// What is between the code and what lies behind it.
const TRAP: u8 = 0xcc;

/// The code of some steps at an address.
pub(crate) struct Reference<'a, S, F> {
    pub(crate) library: &'a Library<X86_64>,
    pub(crate) steps: &'a S,
    pub(crate) address: u64,
    pub(crate) outside: F,
}

/// Where everything is, in bytes from the start.
#[derive(Default)]
struct Places {
    /// By step and part; one more, where the hot parts end.
    parts: Vec<[u64; 3]>,
    constants: BTreeMap<u32, u64>,
    veneers: BTreeMap<HoleKind, u64>,
    size: u64,
}

impl<S: Steps, F: Fn(HoleKind) -> u64> Reference<'_, S, F> {
    /// The code as it has to be.
    ///
    /// # Errors
    /// When a value does not fit, the first of them.
    pub(crate) fn link(&self) -> Result<Vec<u8>, Overflow> {
        let places = self.places();
        let mut bytes = vec![TRAP; places.size as usize];
        for (&constant, &place) in &places.constants {
            write(&mut bytes, place, &self.library.constants()[constant as usize].bytes);
        }
        for step in (0..self.steps.count()).map(Step) {
            for part in PartName::ALL {
                let place = places.parts[step.0 as usize][part as usize];
                write(&mut bytes, place, &self.stencil(step).part(part).code);
            }
            for (part, hole) in self.stencil(step).holes() {
                self.fill(step, part, hole, &places, &mut bytes)?;
            }
        }
        Ok(bytes)
    }

    fn stencil(&self, step: Step) -> &Stencil {
        self.library.get(self.steps.stencil(step))
    }

    fn places(&self) -> Places {
        let mut places = Places::default();
        places.parts.resize(self.steps.count() as usize + 1, [0; 3]);
        let mut end = 0;
        for part in PartName::ALL {
            if part == PartName::Slots {
                end = u64::next_multiple_of(end, 16);
            }
            for step in 0..self.steps.count() {
                places.parts[step as usize][part as usize] = end;
                end += self.stencil(Step(step)).part(part).code.len() as u64;
            }
            places.parts[self.steps.count() as usize][part as usize] = end;
        }
        for ConstantId(id) in self.constants() {
            let constant = &self.library.constants()[id as usize];
            let start = end.next_multiple_of(constant.alignment.into());
            places.constants.insert(id, start);
            end = start + constant.bytes.len() as u64;
        }
        end = end.next_multiple_of(16);
        for call in self.calls() {
            places.veneers.insert(call, end);
            end += X86_64::VENEER_SIZE as u64;
        }
        Places { size: end, ..places }
    }

    fn holes(&self) -> impl Iterator<Item = &Hole> {
        let steps = (0..self.steps.count()).map(Step);
        steps.flat_map(|step| self.stencil(step).holes().map(|(_, hole)| hole))
    }

    /// The constants that are read, in the order of their numbers.
    fn constants(&self) -> BTreeSet<ConstantId> {
        let constants = self.holes().filter_map(|hole| match hole.target {
            Target::Constant(constant) => Some(constant),
            _ => None,
        });
        constants.collect()
    }

    /// The functions that are called, in the order of their numbers.
    fn calls(&self) -> BTreeSet<HoleKind> {
        self.holes().filter_map(|hole| self.call(hole)).collect()
    }

    /// The function outside that a hole is a call of.
    fn call(&self, hole: &Hole) -> Option<HoleKind> {
        match hole.target {
            Target::Symbol(symbol)
                if hole.formula == Formula::Call
                    && self.library.symbols().role(symbol) == Role::Outside =>
            {
                Some(symbol)
            }
            _ => None,
        }
    }

    fn fill(
        &self,
        step: Step,
        part: PartName,
        hole: &Hole,
        places: &Places,
        bytes: &mut [u8],
    ) -> Result<(), Overflow> {
        let start = places.parts[step.0 as usize][part as usize] + u64::from(hole.offset);
        let p = self.address + start;
        let mut value = [0; 8];
        let value = &mut value[..hole.formula.size()];
        let direct =
            X86_64::apply(hole.formula, value, self.target(step, hole, places), hole.addend, p);
        if let (Err(overflow), call) = (direct, self.call(hole)) {
            let call = call.ok_or(overflow)?;
            let veneer = places.veneers[&call];
            let mut code = vec![0; X86_64::VENEER_SIZE];
            X86_64::write_veneer(&mut code, (self.outside)(call));
            write(bytes, veneer, &code);
            X86_64::apply(hole.formula, value, self.address + veneer, hole.addend, p)?;
        }
        write(bytes, start, value);
        Ok(())
    }

    /// What a hole is computed from: the S of the ABI's formulas.
    fn target(&self, step: Step, hole: &Hole, places: &Places) -> u64 {
        let hot = |Step(step)| self.address + places.parts[step as usize][PartName::Hot as usize];
        match hole.target {
            Target::Own(part) => self.address + places.parts[step.0 as usize][part as usize],
            Target::Constant(ConstantId(id)) => self.address + places.constants[&id],
            Target::Symbol(symbol) => match self.library.symbols().role(symbol) {
                Role::Next => hot(Step(step.0 + 1)),
                Role::Label => hot(self.steps.label(step, symbol)),
                Role::Number => self.steps.value(step, symbol),
                Role::Outside => (self.outside)(symbol),
            },
        }
    }
}

fn write(bytes: &mut [u8], start: u64, what: &[u8]) {
    bytes[start as usize..start as usize + what.len()].copy_from_slice(what);
}
