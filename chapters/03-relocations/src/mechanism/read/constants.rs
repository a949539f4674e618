//! Constants: what compilers put into memory because no instruction has room for
//! it. They lie in sections whose entries all have one size, and of which equal
//! ones may be merged (ABI, "Section Attribute Flags", `SHF_MERGE`). Chapter 3 of
//! the book, "Every relocation".

use std::collections::HashMap;

use ch02_stencils::object_file::{Section, SectionKind, SymbolIndex};

use super::super::graph::{Constant, ConstantId};
use super::error::ConstantsProblem;

/// As long as the longest register of x86-64.
const LIMIT: u64 = 64;

/// Constants without duplicates.
#[derive(Debug, Default)]
pub(super) struct Constants<'a> {
    list: Vec<Constant>,
    ids: HashMap<(&'a [u8], u32), ConstantId>,
}

impl<'a> Constants<'a> {
    /// Adds the constant in which the byte at `offset` of the section is, if there
    /// is one. Returns its number, and how far from its start that byte is.
    pub(super) fn add(&mut self, section: &Section<'a>, offset: u64) -> Option<(ConstantId, u64)> {
        let rest = offset.checked_rem(section.entry_size)?;
        let start = (offset - rest) as usize;
        let bytes = section.bytes.get(start..)?.get(..section.entry_size as usize)?;
        let alignment = section.alignment as u32;
        let next = ConstantId(self.list.len() as u32);
        let id = *self.ids.entry((bytes, alignment)).or_insert(next);
        if id == next {
            self.list.push(Constant { bytes: bytes.to_vec(), alignment });
        }
        Some((id, rest))
    }

    /// All of them, by number.
    pub(super) fn into_list(self) -> Vec<Constant> {
        self.list
    }
}

/// Whether a section is one of constants.
pub(super) fn are_in(section: &Section<'_>) -> bool {
    section.kind == SectionKind::ReadOnlyData && section.entry_size > 0
}

/// Checks that a section of constants can be taken apart. `label` says what to
/// call a symbol.
pub(super) fn check(
    section: &Section<'_>,
    label: impl Fn(SymbolIndex) -> String,
) -> Result<(), ConstantsProblem> {
    let (size, alignment, limit) = (section.entry_size, section.alignment, LIMIT);
    if size > limit {
        Err(ConstantsProblem::Size { size, limit })
    } else if alignment > limit {
        Err(ConstantsProblem::Alignment { alignment, limit })
    } else if !section.size.is_multiple_of(size) {
        Err(ConstantsProblem::Incomplete)
    } else if let Some(relocation) = section.relocations.first() {
        Err(ConstantsProblem::Address { symbol: label(relocation.symbol) })
    } else {
        Ok(())
    }
}
