//! The tables that the linker walks through: for each stencil what is copied, and
//! three lists of holes, so that linking one copy of it looks nothing up by name and
//! asks no hole what it is. Chapter 3 of the book, "Two passes".

use ch02_stencils::HoleKind;

use super::library::LibraryError;
use super::values::Slot;
use crate::mechanism::arch::Formula;
use crate::mechanism::graph::Constant;
use crate::mechanism::layout::{Hole, Part, PartName, Stencil, Target};
use crate::mechanism::symbols::{Role, Symbols};

/// How many bytes of a part are copied at least, as a rule.
pub(super) const CHUNK: usize = 64;

/// How many constants there may be, and how many functions to call: a word has a
/// bit for each.
pub(super) const LIMIT: usize = u64::BITS as usize;

/// All stencils of a library.
#[derive(Clone, Debug, Default)]
pub(super) struct Tables {
    pub(super) stencils: Vec<Flat>,
    /// The functions that are called, by number.
    pub(super) calls: Vec<HoleKind>,
}

/// A stencil: what is copied, and its holes by how they are filled.
#[derive(Clone, Debug)]
pub(super) struct Flat {
    pub(super) hot: Piece,
    pub(super) cold: Piece,
    pub(super) slots_size: u32,
    pub(super) words: Vec<Word>,
    pub(super) halves: Vec<Half>,
    pub(super) later: Vec<Later>,
    /// The constants that it reads, one bit for each.
    pub(super) constants: u64,
    /// The functions that it calls, one bit for each.
    pub(super) calls: u64,
    /// Whether it refers to the next step, or falls through to it.
    pub(super) continues: bool,
}

/// The code of a part.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) code: Vec<u8>,
    /// The same again up to [`CHUNK`] bytes, with zeros behind what is shorter.
    pub(super) head: [u8; CHUNK],
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
    /// What is subtracted: for a distance, where the part begins.
    pub(super) base: Slot,
    /// For a distance, less the offset.
    pub(super) addend: i64,
    /// How much the least value that fits is below 0.
    pub(super) lift: u64,
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
        tables.stencils = stencils.iter().map(|it| tables.flatten(it, symbols)).collect();
        Ok(tables)
    }

    fn flatten(&self, stencil: &Stencil, symbols: &Symbols) -> Flat {
        let mut flat = Flat {
            hot: Piece::new(&stencil.hot),
            cold: Piece::new(&stencil.cold),
            slots_size: stencil.slots.code.len() as u32,
            words: Vec::new(),
            halves: Vec::new(),
            later: Vec::new(),
            constants: 0,
            calls: 0,
            continues: stencil.falls_through,
        };
        for (part, hole) in stencil.holes() {
            self.add(hole, part, symbols, &mut flat);
        }
        flat
    }

    fn add(&self, hole: &Hole, part: PartName, symbols: &Symbols, flat: &mut Flat) {
        match hole.target {
            Target::Constant(constant) => flat.constants |= 1 << constant.0,
            Target::Symbol(symbol) => flat.continues |= symbols.role(symbol) == Role::Next,
            Target::Own(_) => {}
        }
        match self.filling(hole, part, symbols) {
            Filling::Word(word) => flat.words.push(word),
            Filling::Half(half) => flat.halves.push(half),
            Filling::Later(later) => {
                if let Source::Outside { call: Some(call), .. } = later.source {
                    flat.calls |= 1 << call;
                }
                flat.later.push(later);
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
        match (formula, is_place) {
            (Formula::Slot, _) => panic!("the layout has made a distance of it"),
            (Formula::Word, false) => Filling::Word(Word { offset, part, slot, addend }),
            (_, _) if is_relative == is_place => {
                let (base, addend) = match is_relative {
                    true => (part, addend.wrapping_sub(offset.into())),
                    false => (Slot::zero(), addend),
                };
                let lift = if formula == Formula::Unsigned { 0 } else { 1 << 31 };
                Filling::Half(Half { offset, part, slot, base, addend, lift })
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

impl Piece {
    fn new(part: &Part) -> Piece {
        let mut head = [0; CHUNK];
        let size = part.code.len().min(CHUNK);
        head[..size].copy_from_slice(&part.code[..size]);
        Piece { code: part.code.clone(), head }
    }

    /// In bytes.
    pub(super) fn size(&self) -> u64 {
        self.code.len() as u64
    }
}
