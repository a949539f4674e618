//! Relocations: what is still to be written to a section.

use std::fmt;

use object::LittleEndian;
use object::elf::{self, Rela64};
use object::read::elf::{Rela, SectionHeader};

use super::error::{ObjectError, RelocationDefect, SectionDefect};
use super::headers::{Headers, RawSection};
use super::section::{Section, SectionIndex, SectionKind};
use super::symbol::SymbolIndex;

/// A value to be written to a place in a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relocation {
    /// The place: how many bytes from the start of the section, of which the
    /// section has at least one.
    pub offset: u64,
    /// How to compute the value, and how many bytes it has.
    pub kind: RelocationType,
    /// The symbol to compute it from.
    pub symbol: SymbolIndex,
    /// What to add to that.
    pub addend: i64,
}

/// How the value of a relocation is computed, by its number in the ABI for AMD64
/// (table "Relocation Types"). It is printed by its name there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RelocationType(pub u32);

/// A relocation as it is in the file.
pub(super) type RawRelocation = Rela64<LittleEndian>;

/// Reads all relocations, each into the section that it is for.
pub(super) fn read(
    headers: &Headers<'_>,
    sections: &mut [Section<'_>],
    symbol_count: usize,
) -> Result<(), ObjectError> {
    let symbols = headers.symbol_table()?.map(|(index, _)| index);
    for (index, raw) in headers.of_type(elf::SHT_RELA) {
        if symbols != Some(SectionIndex(raw.link(LittleEndian).0)) {
            let value = raw.sh_link(LittleEndian).into();
            return Err(headers.error(index, SectionDefect::Field { field: "sh_link", value }));
        }
        let target = target(raw, sections).map_err(|defect| headers.error(index, defect))?;
        for (number, raw) in headers.table(index, "relocations")?.iter().enumerate() {
            let relocation = relocation(raw, target, symbol_count).map_err(|defect| {
                ObjectError::Relocation { section: headers.label(index), number, defect }
            })?;
            target.relocations.push(relocation);
        }
    }
    Ok(())
}

/// The section that a relocation table is for.
fn target<'a, 'data>(
    table: &RawSection,
    sections: &'a mut [Section<'data>],
) -> Result<&'a mut Section<'data>, SectionDefect> {
    let target = table.sh_info(LittleEndian);
    match sections.get_mut(target as usize) {
        Some(section) if can_be_relocated(section) => Ok(section),
        _ => Err(SectionDefect::Target { target }),
    }
}

fn can_be_relocated(section: &Section<'_>) -> bool {
    let has_bytes = !matches!(section.kind, SectionKind::Table | SectionKind::ZeroedData);
    has_bytes && section.relocations.is_empty()
}

fn relocation(
    raw: &RawRelocation,
    section: &Section<'_>,
    symbol_count: usize,
) -> Result<Relocation, RelocationDefect> {
    let offset = raw.r_offset(LittleEndian);
    if offset >= section.size {
        return Err(RelocationDefect::Offset { section: section.name.to_owned(), offset });
    }
    let symbol = raw.r_sym(LittleEndian, false);
    if symbol as usize >= symbol_count {
        return Err(RelocationDefect::Symbol { symbol });
    }
    Ok(Relocation {
        offset,
        kind: RelocationType(raw.r_type(LittleEndian, false)),
        symbol: SymbolIndex(symbol as usize),
        addend: raw.r_addend(LittleEndian),
    })
}

/// The names of the types, by number. Two numbers are no longer in use.
const NAMES: [&str; 52] = [
    "R_X86_64_NONE",
    "R_X86_64_64",
    "R_X86_64_PC32",
    "R_X86_64_GOT32",
    "R_X86_64_PLT32",
    "R_X86_64_COPY",
    "R_X86_64_GLOB_DAT",
    "R_X86_64_JUMP_SLOT",
    "R_X86_64_RELATIVE",
    "R_X86_64_GOTPCREL",
    "R_X86_64_32",
    "R_X86_64_32S",
    "R_X86_64_16",
    "R_X86_64_PC16",
    "R_X86_64_8",
    "R_X86_64_PC8",
    "R_X86_64_DTPMOD64",
    "R_X86_64_DTPOFF64",
    "R_X86_64_TPOFF64",
    "R_X86_64_TLSGD",
    "R_X86_64_TLSLD",
    "R_X86_64_DTPOFF32",
    "R_X86_64_GOTTPOFF",
    "R_X86_64_TPOFF32",
    "R_X86_64_PC64",
    "R_X86_64_GOTOFF64",
    "R_X86_64_GOTPC32",
    "R_X86_64_GOT64",
    "R_X86_64_GOTPCREL64",
    "R_X86_64_GOTPC64",
    "R_X86_64_GOTPLT64",
    "R_X86_64_PLTOFF64",
    "R_X86_64_SIZE32",
    "R_X86_64_SIZE64",
    "R_X86_64_GOTPC32_TLSDESC",
    "R_X86_64_TLSDESC_CALL",
    "R_X86_64_TLSDESC",
    "R_X86_64_IRELATIVE",
    "R_X86_64_RELATIVE64",
    "",
    "",
    "R_X86_64_GOTPCRELX",
    "R_X86_64_REX_GOTPCRELX",
    "R_X86_64_CODE_4_GOTPCRELX",
    "R_X86_64_CODE_4_GOTTPOFF",
    "R_X86_64_CODE_4_GOTPC32_TLSDESC",
    "R_X86_64_CODE_5_GOTPCRELX",
    "R_X86_64_CODE_5_GOTTPOFF",
    "R_X86_64_CODE_5_GOTPC32_TLSDESC",
    "R_X86_64_CODE_6_GOTPCRELX",
    "R_X86_64_CODE_6_GOTTPOFF",
    "R_X86_64_CODE_6_GOTPC32_TLSDESC",
];

impl RelocationType {
    /// Its name in the ABI, if it has one there.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        NAMES.get(self.0 as usize).copied().filter(|name| !name.is_empty())
    }
}

impl fmt::Display for RelocationType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "a relocation of the unknown type {}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_have_the_names_that_the_abi_gives_them() {
        let name = |number| RelocationType(number).to_string();
        assert_eq!(name(elf::R_X86_64_64), "R_X86_64_64");
        assert_eq!(name(elf::R_X86_64_GOTTPOFF), "R_X86_64_GOTTPOFF");
        assert_eq!(name(elf::R_X86_64_RELATIVE64), "R_X86_64_RELATIVE64");
        assert_eq!(name(elf::R_X86_64_GOTPCRELX), "R_X86_64_GOTPCRELX");
        assert_eq!(name(elf::R_X86_64_CODE_6_GOTPC32_TLSDESC), "R_X86_64_CODE_6_GOTPC32_TLSDESC");
        assert_eq!(name(40), "a relocation of the unknown type 40");
        assert_eq!(name(u32::MAX), "a relocation of the unknown type 4294967295");
    }
}
