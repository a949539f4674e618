//! Blocks: a section's bytes and relocations become code, holes, and a way to go
//! on. Chapter 3 of the book, "A block is a section".

use ch02_stencils::object_file::{Relocation, Section, SectionIndex};
use ch02_stencils::{Inventory, StencilId};

use super::super::arch::{Arch, ParsedEnd};
use super::super::graph::{Block, End, RawHole, Successor};
use super::Care;
use super::constants::Constants;
use super::error::{BlockProblem, HoleProblem, ReadError};
use super::hole::{bytes, successor};
use super::parts::Parts;

/// What is needed to read the blocks of a function.
pub(super) struct Reader<'r, 'a> {
    pub(super) parts: &'r Parts<'a>,
    pub(super) function: StencilId,
    pub(super) constants: &'r mut Constants<'a>,
    pub(super) care: Care,
}

/// A hole and what it was made of.
type Origin = (RawHole, Relocation);

impl Reader<'_, '_> {
    /// Reads the block that is this section.
    pub(super) fn block<A: Arch>(&mut self, section: SectionIndex) -> Result<Block, ReadError> {
        let section = self.parts.file.section(section);
        self.check_alignment(section)?;
        let mut code = section.bytes.to_vec();
        let holes = self.holes::<A>(section, &mut code)?;
        let places: Vec<_> = holes.iter().map(|(hole, _)| bytes(hole)).collect();
        let parsed = match self.care {
            Care::Suspicious => A::parse(&code, &places)
                .map_err(|error| self.block_error(section, BlockProblem::Parse(error)))?,
            Care::Trusting => A::glance(&code, &places),
        };
        let (length, end) = self.end(parsed.end, &holes, section)?;
        code.truncate(length);
        let holes = holes.into_iter().map(|(hole, _)| hole);
        let holes = holes.take_while(|hole| bytes(hole).start < length).collect();
        Ok(Block { code, holes, end, leaves: parsed.leaves })
    }

    fn check_alignment(&self, section: &Section<'_>) -> Result<(), ReadError> {
        let alignment = section.alignment;
        if alignment <= Inventory::PREFERRED_ALIGNMENT {
            return Ok(());
        }
        Err(self.block_error(section, BlockProblem::Alignment { alignment }))
    }

    /// The holes of a block, by offset. Instructions that need no slot are replaced
    /// in `code`.
    fn holes<A: Arch>(
        &mut self,
        section: &Section<'_>,
        code: &mut [u8],
    ) -> Result<Vec<Origin>, ReadError> {
        let mut relocations = section.relocations.clone();
        relocations.sort_by_key(|relocation| relocation.offset);
        let mut holes = Vec::with_capacity(relocations.len());
        let mut end = 0;
        for relocation in relocations {
            let hole = self.hole::<A>(&relocation, section).and_then(|hole| {
                if bytes(&hole).start < end {
                    return Err(HoleProblem::Overlap);
                }
                end = bytes(&hole).end;
                self.relax::<A>(hole, &relocation, code)
            });
            let hole = hole.map_err(|problem| self.hole_error(section, &relocation, problem))?;
            holes.push((hole, relocation));
        }
        Ok(holes)
    }

    /// How many bytes of the block are not for jumps at its end, and where they go.
    fn end(
        &self,
        end: ParsedEnd,
        holes: &[Origin],
        section: &Section<'_>,
    ) -> Result<(usize, End), ReadError> {
        let successor = |place: usize| self.successor(place, holes, section);
        match end {
            ParsedEnd::Stop => Ok((section.bytes.len(), End::Stop)),
            ParsedEnd::Jump { start, hole } => Ok((start, End::Jump(successor(hole)?))),
            ParsedEnd::Branch { start, condition, taken, otherwise } => {
                let (taken, otherwise) = (successor(taken)?, successor(otherwise)?);
                Ok((start, End::Branch { condition, taken, otherwise }))
            }
            ParsedEnd::FallThrough => Err(self.block_error(section, BlockProblem::FallThrough)),
        }
    }

    /// Where the jump goes whose hole is at this place.
    fn successor(
        &self,
        place: usize,
        holes: &[Origin],
        section: &Section<'_>,
    ) -> Result<Successor, ReadError> {
        let index = holes.binary_search_by_key(&place, |(hole, _)| bytes(hole).start);
        let (hole, relocation) = &holes[index.expect("a jump at the end has a hole")];
        successor(hole).map_err(|problem| self.hole_error(section, relocation, problem))
    }

    fn block_error(&self, block: &Section<'_>, problem: BlockProblem) -> ReadError {
        ReadError::Block { block: self.parts.block_label(block), problem }
    }

    fn hole_error(
        &self,
        block: &Section<'_>,
        relocation: &Relocation,
        problem: HoleProblem,
    ) -> ReadError {
        ReadError::Hole {
            block: self.parts.block_label(block),
            offset: relocation.offset,
            symbol: self.parts.label(relocation.symbol),
            problem,
        }
    }
}
