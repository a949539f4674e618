//! Holes: what of the relocations in a stencil can be filled by copy and patch.

use object::elf;

use super::super::object_file::{Relocation, RelocationType, Section};
use super::super::stencil::Hole;
use super::error::{ExtractError, HoleProblem};
use super::inventory::Inventory;

/// The holes of the stencil that is this section, by offset.
pub(super) fn holes(
    stencil: &str,
    section: &Section<'_>,
    inventory: &Inventory<'_>,
) -> Result<Vec<Hole>, ExtractError> {
    let mut relocations = section.relocations.clone();
    relocations.sort_by_key(|relocation| relocation.offset);
    let mut holes: Vec<Hole> = Vec::with_capacity(relocations.len());
    for relocation in &relocations {
        let hole = hole(relocation, section.bytes, inventory).and_then(|hole| {
            let end = holes.last().map_or(0, |last| last.bytes().end);
            if hole.bytes().start < end { Err(HoleProblem::Overlap) } else { Ok(hole) }
        });
        holes.push(hole.map_err(|problem| ExtractError::Hole {
            stencil: stencil.to_owned(),
            offset: relocation.offset,
            symbol: inventory.label(relocation.symbol),
            problem,
        })?);
    }
    Ok(holes)
}

fn hole(
    relocation: &Relocation,
    code: &[u8],
    inventory: &Inventory<'_>,
) -> Result<Hole, HoleProblem> {
    if relocation.kind != RelocationType(elf::R_X86_64_64) {
        return Err(HoleProblem::Type(relocation.kind));
    }
    let target = inventory.target(relocation.symbol).map_err(HoleProblem::Symbol)?;
    let offset = u32::try_from(relocation.offset).expect("objects are shorter than 4 GiB");
    let hole = Hole { offset, target, addend: relocation.addend };
    match code.get(hole.bytes()) {
        None => Err(HoleProblem::OutOfBounds { size: code.len() }),
        Some(bytes) if bytes.iter().any(|&byte| byte != 0) => Err(HoleProblem::NotEmpty),
        Some(_) => Ok(hole),
    }
}
