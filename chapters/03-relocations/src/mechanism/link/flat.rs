//! The tables that the linker walks through. A stencil has ranges in them, so that
//! linking one copy of it looks nothing up by name and asks no hole what it is.
//! Chapter 3 of the book, "Two passes".

use std::ops::Range;

use ch02_stencils::HoleKind;

use super::library::LibraryError;
use super::values::Slot;
use crate::mechanism::arch::Formula;
use crate::mechanism::graph::Constant;
use crate::mechanism::layout::{Hole, Part, PartName, Stencil, Target};
use crate::mechanism::symbols::{Role, Symbols};

/// How many bytes are copied at least. Behind the bytes of the last stencil there
/// are so many more, to be read and not to be used.
pub(super) const CHUNK: usize = 64;

/// How many constants there may be, and how many functions to call: a word has a
/// bit for each.
pub(super) const LIMIT: usize = u64::BITS as usize;

/// All stencils of a library.
#[derive(Clone, Debug, Default)]
pub(super) struct Tables {
    pub(super) stencils: Vec<Flat>,
    pub(super) bytes: Vec<u8>,
    pub(super) words: Vec<Word>,
    pub(super) halves: Vec<Half>,
    pub(super) later: Vec<Later>,
    /// The functions that are called, by number.
    pub(super) calls: Vec<HoleKind>,
}

/// A stencil: how long its parts are, and where in the tables they and its holes lie.
#[derive(Clone, Debug)]
pub(super) struct Flat {
    pub(super) hot: Piece,
    pub(super) cold: Piece,
    pub(super) slots_size: u32,
    pub(super) words: Range<u32>,
    pub(super) halves: Range<u32>,
    pub(super) later: Range<u32>,
    /// The constants that it reads, one bit for each.
    pub(super) constants: u64,
    /// The functions that it calls, one bit for each.
    pub(super) calls: u64,
    /// Whether it refers to the next step, or falls through to it.
    pub(super) continues: bool,
}

/// A piece of [`Tables::bytes`].
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Piece {
    pub(super) start: u32,
    pub(super) size: u32,
}

/// A hole of 8 bytes for a value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word {
    pub(super) offset: u32,
    /// Where the part begins that it is in.
    pub(super) part: Slot,
    pub(super) slot: Slot,
    pub(super) addend: i64,
}

/// A hole of 4 bytes for a value, or for a distance within the image.
#[derive(Clone, Copy, Debug)]
pub(super) struct Half {
    pub(super) offset: u32,
    /// Where the part begins that it is in.
    pub(super) part: Slot,
    pub(super) slot: Slot,
    /// Whether the hole's own place is subtracted.
    pub(super) is_relative: bool,
    /// Whether the processor extends it with the sign.
    pub(super) is_signed: bool,
    pub(super) addend: i64,
}

/// A hole that can be filled when the address of the image is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Later {
    pub(super) offset: u32,
    /// Where the part begins that it is in.
    pub(super) part: Slot,
    pub(super) formula: Formula,
    pub(super) source: Source,
    pub(super) addend: i64,
}

/// What a hole that is filled later is computed from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Source {
    /// An address outside, and, if it is called, its number among the calls.
    Outside { symbol: HoleKind, call: Option<u8> },
    /// A place in the image.
    Image(Slot),
    /// A value of the step.
    Number(Slot),
}

/// How a hole is filled.
enum Filling {
    Word(Word),
    Half(Half),
    Later(Later),
}

impl Tables {
    pub(super) fn new(
        stencils: &[Stencil],
        constants: &[Constant],
        symbols: &Symbols,
    ) -> Result<Tables, LibraryError> {
        if constants.len() > LIMIT {
            let (count, limit) = (constants.len(), LIMIT);
            return Err(LibraryError::Constants { count, limit });
        }
        check_lengths(stencils)?;
        let calls = calls(stencils, symbols)?;
        let mut tables = Tables { calls, ..Tables::default() };
        for stencil in stencils {
            let flat = tables.flatten(stencil, symbols);
            tables.stencils.push(flat);
        }
        tables.bytes.extend([0; CHUNK]);
        Ok(tables)
    }

    fn flatten(&mut self, stencil: &Stencil, symbols: &Symbols) -> Flat {
        let starts = self.lengths();
        let mut flat = Flat {
            hot: self.piece(&stencil.hot),
            cold: self.piece(&stencil.cold),
            slots_size: stencil.slots.code.len() as u32,
            words: 0..0,
            halves: 0..0,
            later: 0..0,
            constants: 0,
            calls: 0,
            continues: stencil.falls_through,
        };
        for part in PartName::ALL {
            for hole in &stencil.part(part).holes {
                self.add(hole, part, symbols, &mut flat);
            }
        }
        let ends = self.lengths();
        flat.words = starts[0]..ends[0];
        flat.halves = starts[1]..ends[1];
        flat.later = starts[2]..ends[2];
        flat
    }

    fn lengths(&self) -> [u32; 3] {
        [self.words.len() as u32, self.halves.len() as u32, self.later.len() as u32]
    }

    fn piece(&mut self, part: &Part) -> Piece {
        let start = u32::try_from(self.bytes.len()).expect("an object has less than 4 GiB");
        self.bytes.extend_from_slice(&part.code);
        Piece { start, size: part.code.len() as u32 }
    }

    fn add(&mut self, hole: &Hole, part: PartName, symbols: &Symbols, flat: &mut Flat) {
        match hole.target {
            Target::Constant(constant) => flat.constants |= 1 << constant.0,
            Target::Symbol(symbol) => flat.continues |= symbols.role(symbol) == Role::Next,
            Target::Own(_) => {}
        }
        match self.filling(hole, part, symbols) {
            Filling::Word(word) => self.words.push(word),
            Filling::Half(half) => self.halves.push(half),
            Filling::Later(later) => {
                if let Source::Outside { call: Some(call), .. } = later.source {
                    flat.calls |= 1 << call;
                }
                self.later.push(later);
            }
        }
    }

    /// How a hole is filled: at once, if its value does not depend on where the
    /// image will lie.
    fn filling(&self, hole: &Hole, part: PartName, symbols: &Symbols) -> Filling {
        let &Hole { offset, formula, target, addend } = hole;
        let part = Slot::part(part);
        let later = |source| Filling::Later(Later { offset, part, formula, source, addend });
        let (slot, is_place) = match target {
            Target::Own(own) => (Slot::part(own), true),
            Target::Constant(constant) => (Slot::constant(constant), true),
            Target::Symbol(symbol) => match symbols.role(symbol) {
                Role::Next | Role::Label => (Slot::symbol(symbol), true),
                Role::Number => (Slot::symbol(symbol), false),
                Role::Outside => {
                    let call = self.calls.iter().position(|&call| call == symbol);
                    let call = call.filter(|_| hole.is_plain_call()).map(|call| call as u8);
                    return later(Source::Outside { symbol, call });
                }
            },
        };
        let is_relative = matches!(formula, Formula::Distance | Formula::Call);
        let is_signed = formula != Formula::Unsigned;
        match (formula, is_place) {
            (Formula::Slot, _) => panic!("the layout has made a distance of it"),
            (Formula::Word, false) => Filling::Word(Word { offset, part, slot, addend }),
            (_, _) if is_relative == is_place => {
                Filling::Half(Half { offset, part, slot, is_relative, is_signed, addend })
            }
            (_, true) => later(Source::Image(slot)),
            (_, false) => later(Source::Number(slot)),
        }
    }
}

/// Distances within a part have 32 bits.
fn check_lengths(stencils: &[Stencil]) -> Result<(), LibraryError> {
    let limit = i32::MAX as usize;
    for stencil in stencils {
        for part in PartName::ALL {
            let bytes = stencil.part(part).code.len();
            if bytes > limit {
                let stencil = stencil.name.clone();
                return Err(LibraryError::Long { stencil, bytes, limit });
            }
        }
    }
    Ok(())
}

/// The symbols of all functions outside that stencils call.
fn calls(stencils: &[Stencil], symbols: &Symbols) -> Result<Vec<HoleKind>, LibraryError> {
    let parts = stencils.iter().flat_map(|stencil| PartName::ALL.map(|part| stencil.part(part)));
    let mut calls: Vec<HoleKind> = parts
        .flat_map(|part| &part.holes)
        .filter(|hole| hole.is_plain_call())
        .filter_map(|hole| match hole.target {
            Target::Symbol(symbol) if symbols.role(symbol) == Role::Outside => Some(symbol),
            _ => None,
        })
        .collect();
    calls.sort_unstable();
    calls.dedup();
    match calls.len() <= LIMIT {
        true => Ok(calls),
        false => Err(LibraryError::Calls { count: calls.len(), limit: LIMIT }),
    }
}

impl Flat {
    pub(super) fn words(&self) -> Range<usize> {
        self.words.start as usize..self.words.end as usize
    }

    pub(super) fn halves(&self) -> Range<usize> {
        self.halves.start as usize..self.halves.end as usize
    }

    pub(super) fn later(&self) -> Range<usize> {
        self.later.start as usize..self.later.end as usize
    }
}
