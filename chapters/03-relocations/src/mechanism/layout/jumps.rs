//! Which jumps blocks need once their order is known, and how long these are.
//! Chapter 3 of the book, "The linker owns the layout" and "Short jumps".

use std::marker::PhantomData;

use crate::mechanism::arch::{Arch, Condition, Reach};
use crate::mechanism::graph::{BlockId, End, Successor};
use crate::mechanism::symbols::{Role, Symbols};

use super::flow::Flow;
use super::peepholes::{Peephole, Peepholes};
use super::stencil::PartName;

/// Blocks in their places, each with its jumps.
pub(super) struct Arrangement<'a, A> {
    flow: &'a Flow<'a>,
    symbols: &'a Symbols,
    peepholes: Peepholes,
    /// The hot part and the cold one.
    pub(super) lines: [Vec<Line>; 2],
    /// By block.
    places: Vec<Option<Place>>,
    arch: PhantomData<A>,
}

/// A block, and the jumps behind it.
pub(super) struct Line {
    pub(super) block: BlockId,
    pub(super) jumps: Vec<Jump>,
}

/// A jump that is to be written.
#[derive(Clone, Copy)]
pub(super) struct Jump {
    pub(super) condition: Option<Condition>,
    pub(super) to: Successor,
    pub(super) reach: Reach,
}

/// Where a block lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) part: PartName,
    /// In bytes from the start of the part.
    pub(super) offset: usize,
}

impl<'a, A: Arch> Arrangement<'a, A> {
    pub(super) fn new(
        flow: &'a Flow<'a>,
        symbols: &'a Symbols,
        peepholes: Peepholes,
        order: [Vec<BlockId>; 2],
    ) -> Arrangement<'a, A> {
        let mut places = vec![None; flow.function.blocks.len()];
        for (part, blocks) in [PartName::Hot, PartName::Cold].into_iter().zip(&order) {
            for block in blocks {
                // The offset will be known when the jumps are.
                places[block.0 as usize] = Some(Place { part, offset: 0 });
            }
        }
        let (lines, arch) = ([Vec::new(), Vec::new()], PhantomData);
        let mut arrangement = Arrangement { flow, symbols, peepholes, lines, places, arch };
        arrangement.lines = order.map(|blocks| arrangement.lines_of(&blocks));
        arrangement.grow();
        arrangement
    }

    /// Where a block lies to which something leads.
    pub(super) fn place(&self, block: BlockId) -> Place {
        self.places[block.0 as usize].expect("a block that can be reached has a place")
    }

    /// Whether the hot part goes on behind its last byte.
    pub(super) fn falls_through(&self) -> bool {
        let last = self.lines[0].last().expect("the entry is hot");
        match self.flow.end(last.block) {
            End::Stop => false,
            End::Jump(_) => last.jumps.is_empty(),
            End::Branch { .. } => last.jumps.len() == 1,
        }
    }

    fn lines_of(&self, blocks: &[BlockId]) -> Vec<Line> {
        let behind = |index: usize| blocks.get(index + 1).copied();
        let line = |(index, &block)| Line { block, jumps: self.jumps(block, behind(index)) };
        blocks.iter().enumerate().map(line).collect()
    }

    // ANCHOR: jumps
    /// The jumps that a block needs, given which one lies behind it.
    fn jumps(&self, block: BlockId, behind: Option<BlockId>) -> Vec<Jump> {
        let jump = |condition, to| Jump { condition, to, reach: self.least_reach(block, to) };
        match self.flow.end(block) {
            End::Stop => vec![],
            End::Jump(next) if self.is_behind(block, behind, next) => vec![],
            End::Jump(next) => vec![jump(None, next)],
            End::Branch { condition, taken, otherwise } => {
                if self.is_behind(block, behind, otherwise) {
                    vec![jump(Some(condition), taken)]
                } else if self.is_behind(block, behind, taken) && self.may_invert() {
                    vec![jump(Some(A::invert(condition)), otherwise)]
                } else {
                    vec![jump(Some(condition), taken), jump(None, otherwise)]
                }
            }
        }
    }
    // ANCHOR_END: jumps

    /// Whether it is another block that lies behind one; or, behind the last one of
    /// the hot part, the next step.
    fn is_behind(&self, block: BlockId, behind: Option<BlockId>, to: Successor) -> bool {
        let is_there = match (behind, to) {
            (Some(behind), Successor::Block(to)) => behind == to,
            (None, Successor::Symbol(kind)) => {
                let is_last_hot = self.place(block).part == PartName::Hot;
                is_last_hot && self.symbols.role(kind) == Role::Next
            }
            _ => false,
        };
        is_there && self.peepholes.contains(Peephole::FallThrough)
    }

    fn may_invert(&self) -> bool {
        self.peepholes.contains(Peephole::InvertedBranches)
    }

    /// The shortest form that a jump may have.
    fn least_reach(&self, from: BlockId, to: Successor) -> Reach {
        let is_near = match to {
            Successor::Block(to) => self.place(from).part == self.place(to).part,
            Successor::Symbol(_) => false,
        };
        match is_near && self.peepholes.contains(Peephole::ShortJumps) {
            true => Reach::Short,
            false => Reach::Long,
        }
    }

    // ANCHOR: grow
    /// Gives every jump the reach that it needs. A jump that grows may push others
    /// out of reach, so that this goes on until none has to.
    fn grow(&mut self) {
        loop {
            self.set_places();
            let too_short = self.too_short();
            if too_short.is_empty() {
                return;
            }
            for (part, line, jump) in too_short {
                self.lines[part][line].jumps[jump].reach = Reach::Long;
            }
        }
    }
    // ANCHOR_END: grow

    fn set_places(&mut self) {
        for (part, lines) in [PartName::Hot, PartName::Cold].into_iter().zip(&self.lines) {
            let mut offset = 0;
            for line in lines {
                self.places[line.block.0 as usize] = Some(Place { part, offset });
                offset += self.flow.block(line.block).code.len();
                offset += line.jumps.iter().map(Jump::size::<A>).sum::<usize>();
            }
        }
    }

    /// The short jumps that do not get where they should: their parts, lines, and
    /// numbers.
    fn too_short(&self) -> Vec<(usize, usize, usize)> {
        let mut found = Vec::new();
        for (part, lines) in self.lines.iter().enumerate() {
            for (number, line) in lines.iter().enumerate() {
                let mut end =
                    self.place(line.block).offset + self.flow.block(line.block).code.len();
                for (index, jump) in line.jumps.iter().enumerate() {
                    end += jump.size::<A>();
                    if jump.reach == Reach::Short && !self.is_in_reach(jump, end) {
                        found.push((part, number, index));
                    }
                }
            }
        }
        found
    }

    fn is_in_reach(&self, jump: &Jump, end: usize) -> bool {
        let Successor::Block(to) = jump.to else { panic!("only jumps to blocks are short") };
        i8::try_from(self.place(to).offset as i64 - end as i64).is_ok()
    }
}

impl Jump {
    fn size<A: Arch>(&self) -> usize {
        let code = A::jump(self.condition, self.reach);
        code.opcode.len() + code.distance
    }
}
