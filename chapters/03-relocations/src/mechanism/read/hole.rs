//! Holes: what a relocation in a block is for, and whether it can be filled.
//! Chapter 3 of the book, "Every relocation".

use std::ops::{Range, RangeInclusive};

use ch02_stencils::object_file::{Relocation, Section, SectionIndex};
use ch02_stencils::{StencilId, SymbolProblem};

use super::super::arch::{Arch, Formula};
use super::super::graph::{BlockId, RawHole, RawTarget, Successor};
use super::super::symbols::Role;
use super::block::Reader;
use super::error::HoleProblem;
use super::parts::Place;

/// How much lower the addend of a slot may be than that of an instruction which ends
/// with its hole: by the operand of up to 4 bytes that is behind it.
const SLOT_OPERANDS: RangeInclusive<i64> = -4..=0;

impl Reader<'_, '_> {
    /// Makes a hole of a relocation in this section.
    pub(super) fn hole<A: Arch>(
        &mut self,
        relocation: &Relocation,
        section: &Section<'_>,
    ) -> Result<RawHole, HoleProblem> {
        let formula = A::formula(relocation.kind).ok_or(HoleProblem::Type(relocation.kind))?;
        let size = section.bytes.len();
        let rest = section.bytes.get(relocation.offset as usize..).unwrap_or_default();
        let place = rest.get(..formula.size()).ok_or(HoleProblem::OutOfBounds { size })?;
        if place.iter().any(|&byte| byte != 0) {
            return Err(HoleProblem::NotEmpty);
        }
        let (target, addend) = self.target(relocation, formula)?;
        let offset = u32::try_from(relocation.offset).expect("objects are shorter than 4 GiB");
        Ok(RawHole { offset, formula, target, addend })
    }

    fn target(
        &mut self,
        relocation: &Relocation,
        formula: Formula,
    ) -> Result<(RawTarget, i64), HoleProblem> {
        let addend = relocation.addend;
        match self.parts.place(relocation.symbol).map_err(HoleProblem::Symbol)? {
            Place::Symbol(kind) => Ok((RawTarget::Symbol(kind), addend)),
            Place::Function(id) if id == self.function => start_of(BlockId(0), formula, addend),
            Place::Function(_) => Err(HoleProblem::Function),
            Place::Block { section, offset: 0 } => {
                start_of(self.own_block(section)?, formula, addend)
            }
            Place::Block { .. } => Err(HoleProblem::Inside),
            Place::Constant { section, offset } => self.constant(section, offset, formula, addend),
            // How far the place is from the section's start depends on how many
            // bytes the instruction has behind the hole.
            Place::Constants(_) if to_start(formula) != 0 => {
                Err(HoleProblem::Symbol(SymbolProblem::Section))
            }
            Place::Constants(section) => self.constant(section, addend as u64, formula, 0),
        }
    }

    /// Which block of this function a section is.
    fn own_block(&self, section: SectionIndex) -> Result<BlockId, HoleProblem> {
        let home = self.parts.home(section);
        if home.function == self.function {
            Ok(home.block)
        } else if home.block == BlockId(0) {
            Err(HoleProblem::Function)
        } else {
            Err(HoleProblem::Shared { function: self.name_of(home.function) })
        }
    }

    fn name_of(&self, function: StencilId) -> String {
        self.parts.outlines()[usize::from(function.0)].name.to_owned()
    }

    fn constant(
        &mut self,
        section: SectionIndex,
        offset: u64,
        formula: Formula,
        addend: i64,
    ) -> Result<(RawTarget, i64), HoleProblem> {
        let section = self.parts.file.section(section);
        let (id, from_start) =
            self.constants.add(section, offset).ok_or(HoleProblem::OutsideOfConstant)?;
        let addend = addend.saturating_add(from_start as i64);
        // Where there is an operand behind the hole, the addend is lower by its size.
        let to_start = to_start(formula);
        let places = to_start..section.entry_size as i64;
        if !places.contains(&addend.saturating_sub(to_start)) {
            return Err(HoleProblem::OutsideOfConstant);
        }
        Ok((RawTarget::Constant(id), addend))
    }

    /// Makes of a hole for a slot with an address one for the address itself, if that
    /// is near enough, and there is such an instruction.
    pub(super) fn relax<A: Arch>(
        &self,
        hole: RawHole,
        relocation: &Relocation,
        code: &mut [u8],
    ) -> Result<RawHole, HoleProblem> {
        if hole.formula != Formula::Slot {
            return Ok(hole);
        }
        let beside = hole.addend.saturating_sub(to_start(hole.formula));
        if !SLOT_OPERANDS.contains(&beside) {
            return Err(HoleProblem::BesideSlot);
        }
        if !self.is_near(hole.target) {
            return Ok(hole);
        }
        let relaxed = A::relax(relocation.kind, code, bytes(&hole).start, relocation.addend);
        match (relaxed, hole.target) {
            (Some(relaxed), _) => {
                let offset = relaxed.hole as u32;
                Ok(RawHole { offset, formula: relaxed.formula, ..hole })
            }
            (None, RawTarget::Symbol(_)) => Ok(hole),
            (None, _) => Err(HoleProblem::Slot),
        }
    }

    /// Whether something is in the same image as the code that refers to it.
    fn is_near(&self, target: RawTarget) -> bool {
        match target {
            RawTarget::Block(_) | RawTarget::Constant(_) => true,
            RawTarget::Symbol(kind) => {
                matches!(self.parts.symbols.role(kind), Role::Next | Role::Label)
            }
        }
    }
}

/// Which bytes of its block a hole is.
pub(super) fn bytes(hole: &RawHole) -> Range<usize> {
    let start = hole.offset as usize;
    start..start + hole.formula.size()
}

/// Where a jump with this hole goes.
pub(super) fn successor(hole: &RawHole) -> Result<Successor, HoleProblem> {
    let goes_to_start = matches!(hole.formula, Formula::Call | Formula::Distance)
        && hole.addend == to_start(hole.formula);
    match hole.target {
        RawTarget::Block(id) if goes_to_start => Ok(Successor::Block(id)),
        RawTarget::Symbol(kind) if goes_to_start => Ok(Successor::Symbol(kind)),
        _ => Err(HoleProblem::Jump),
    }
}

fn start_of(
    block: BlockId,
    formula: Formula,
    addend: i64,
) -> Result<(RawTarget, i64), HoleProblem> {
    if addend == to_start(formula) {
        Ok((RawTarget::Block(block), addend))
    } else {
        Err(HoleProblem::Inside)
    }
}

/// The addend with which a value leads to the start of what its symbol stands for,
/// if the hole is at the end of the instruction: that is where the processor
/// counts from, and the relocation counts from the start of the hole.
fn to_start(formula: Formula) -> i64 {
    match formula {
        Formula::Word | Formula::Unsigned | Formula::Signed => 0,
        Formula::Distance | Formula::Call | Formula::Slot => -(formula.size() as i64),
    }
}
