//! From arranged blocks to bytes: jumps are written, and holes move with their
//! blocks. Chapter 3 of the book, "The linker owns the layout".

use ch02_stencils::HoleKind;

use crate::mechanism::arch::{Arch, Formula, JumpCode};
use crate::mechanism::graph::{BlockId, RawHole, RawTarget, Successor};

use super::flow::Flow;
use super::jumps::{Arrangement, Jump, Line};
use super::stencil::{Hole, Part, PartName, PlacedBlock, Stencil, Target};

/// Puts a stencil together.
pub(super) struct Assembler<'a, A> {
    flow: &'a Flow<'a>,
    arrangement: &'a Arrangement<'a, A>,
    slots: Part,
}

impl<'a, A: Arch> Assembler<'a, A> {
    pub(super) fn new(flow: &'a Flow<'a>, arrangement: &'a Arrangement<'a, A>) -> Self {
        Assembler { flow, arrangement, slots: Part::default() }
    }

    pub(super) fn stencil(mut self) -> Stencil {
        let (hot, cold) = (self.part(PartName::Hot), self.part(PartName::Cold));
        // Those of both parts have been found on the way.
        let slots = self.slots;
        let name = self.flow.function.name.clone();
        Stencil { name, hot, cold, slots, falls_through: self.arrangement.falls_through() }
    }

    fn part(&mut self, name: PartName) -> Part {
        let mut part = Part::default();
        for line in &self.arrangement.lines[name as usize] {
            self.write_block(&mut part, line);
            for jump in &line.jumps {
                self.write_jump(&mut part, name, jump);
            }
        }
        part
    }

    fn write_block(&mut self, part: &mut Part, line: &Line) {
        let block = self.flow.block(line.block);
        let place = self.arrangement.place(line.block);
        assert_eq!(place.offset, part.code.len(), "the sizes of jumps are known");
        let start = place.offset as u32;
        part.blocks.push(PlacedBlock { block: line.block, offset: start });
        part.code.extend_from_slice(&block.code);
        for hole in &block.holes {
            part.holes.push(self.hole(hole, start));
        }
    }

    /// A hole of a block that has moved to `start`.
    fn hole(&mut self, hole: &RawHole, start: u32) -> Hole {
        let (target, addend) = match hole.target {
            RawTarget::Constant(constant) => (Target::Constant(constant), hole.addend),
            RawTarget::Symbol(symbol) if hole.formula == Formula::Slot => {
                (Target::Own(PartName::Slots), hole.addend + self.slot(symbol))
            }
            RawTarget::Symbol(symbol) => (Target::Symbol(symbol), hole.addend),
            RawTarget::Block(block) => self.place_of(block, hole.addend),
        };
        let formula = match hole.formula {
            Formula::Slot => Formula::Distance,
            formula => formula,
        };
        Hole { offset: start + hole.offset, formula, target, addend }
    }

    /// Where references to a block lead, and what is added to that.
    fn place_of(&self, block: BlockId, addend: i64) -> (Target, i64) {
        match self.flow.leads_to[block.0 as usize] {
            Successor::Symbol(symbol) => (Target::Symbol(symbol), addend),
            Successor::Block(block) => {
                let place = self.arrangement.place(block);
                (Target::Own(place.part), addend + place.offset as i64)
            }
        }
    }

    /// How far from the start of the slots the one for a symbol is.
    fn slot(&mut self, symbol: HoleKind) -> i64 {
        let target = Target::Symbol(symbol);
        if let Some(hole) = self.slots.holes.iter().find(|hole| hole.target == target) {
            return hole.offset.into();
        }
        let offset = self.slots.code.len() as u32;
        self.slots.code.extend_from_slice(&[0; 8]);
        self.slots.holes.push(Hole { offset, formula: Formula::Word, target, addend: 0 });
        offset.into()
    }

    /// Writes a jump. What stays within a part is the same in every copy; all else
    /// is a hole.
    fn write_jump(&self, part: &mut Part, name: PartName, jump: &Jump) {
        let JumpCode { opcode, distance } = A::jump(jump.condition, jump.reach);
        part.code.extend_from_slice(opcode);
        let offset = part.code.len();
        part.code.resize(offset + distance, 0);
        let (target, addend) = match jump.to {
            Successor::Symbol(symbol) => (Target::Symbol(symbol), 0),
            Successor::Block(block) => self.place_of(block, 0),
        };
        if target == Target::Own(name) {
            let value = addend - part.code.len() as i64;
            part.code[offset..].copy_from_slice(&value.to_le_bytes()[..distance]);
        } else {
            // The distance is counted from its end.
            let (offset, addend) = (offset as u32, addend - distance as i64);
            part.holes.push(Hole { offset, formula: Formula::Call, target, addend });
        }
    }
}
