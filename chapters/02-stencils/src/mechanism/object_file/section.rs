//! Sections: what the file has in one piece, and what that is.

use object::LittleEndian;
use object::elf;
use object::read::elf::SectionHeader;

use super::cure::cure;
use super::error::{ObjectError, SectionDefect};
use super::headers::{Headers, RawSection};
use super::relocation::{RawRelocation, Relocation};
use super::symbol::RawSymbol;

/// The number of a section in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SectionIndex(pub usize);

/// A piece of the object that stays in one piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section<'data> {
    /// Its number.
    pub index: SectionIndex,
    /// Its name; several may have the same.
    pub name: &'data str,
    /// What it is.
    pub kind: SectionKind,
    /// It belongs at an address that is a multiple of this, a power of two.
    pub alignment: u64,
    /// How many bytes it has in memory.
    pub size: u64,
    /// Its bytes; none if they are all 0 and the file leaves them out.
    pub bytes: &'data [u8],
    /// If these are constants of one size, of which equal ones may be merged: how
    /// many bytes each has. Otherwise 0.
    pub entry_size: u64,
    /// What is still to be written to it, in the order of the file.
    pub relocations: Vec<Relocation>,
}

/// What is in a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SectionKind {
    /// A table that this reader has read (symbols, names, relocations), or "no section".
    Table,
    /// Machine code.
    Text,
    /// Data that never changes.
    ReadOnlyData,
    /// Data that can be written.
    WritableData,
    /// Data that can be written and is all 0 at first, so that the file leaves it out.
    ZeroedData,
    /// Remarks that are not meant for memory.
    NotLoaded,
}

const WRITE: u64 = elf::SHF_WRITE as u64;
const LOADED: u64 = elf::SHF_ALLOC as u64;
const CODE: u64 = elf::SHF_EXECINSTR as u64;
/// Equal entries may be merged.
const MERGE: u64 = (elf::SHF_MERGE | elf::SHF_STRINGS) as u64;
const CONSTANTS: u64 = elf::SHF_MERGE as u64;
const INFO_LINK: u64 = elf::SHF_INFO_LINK as u64;
/// It may lie anywhere in 64 bits (ABI for AMD64, "Section Header Flags").
const LARGE: u64 = 0x1000_0000;

/// Reads all sections, without their relocations.
pub(super) fn read<'data>(headers: &Headers<'data>) -> Result<Vec<Section<'data>>, ObjectError> {
    headers.iter().map(|(index, raw)| section(headers, index, raw)).collect()
}

fn section<'data>(
    headers: &Headers<'data>,
    index: SectionIndex,
    raw: &RawSection,
) -> Result<Section<'data>, ObjectError> {
    let name = headers.name(index)?;
    if index == SectionIndex(0) {
        check_fields(&fields_of_none(raw)).map_err(|defect| headers.error(index, defect))?;
        return Ok(Section::NONE);
    }
    let kind = kind(name, raw).map_err(|defect| headers.error(index, defect))?;
    check_fields(&fields(raw)).map_err(|defect| headers.error(index, defect))?;
    Ok(Section {
        index,
        name,
        kind,
        alignment: raw.sh_addralign(LittleEndian).max(1),
        size: raw.sh_size(LittleEndian),
        bytes: headers.contents(index)?,
        entry_size: entry_size(raw),
        relocations: Vec::new(),
    })
}

impl Section<'_> {
    /// Section 0.
    const NONE: Section<'static> = Section {
        index: SectionIndex(0),
        name: "",
        kind: SectionKind::Table,
        alignment: 1,
        size: 0,
        bytes: &[],
        entry_size: 0,
        relocations: Vec::new(),
    };
}

/// Entries of a section of strings have no size: each ends with a zero.
fn entry_size(raw: &RawSection) -> u64 {
    match raw.sh_flags(LittleEndian) & MERGE {
        CONSTANTS => raw.sh_entsize(LittleEndian),
        _ => 0,
    }
}

fn kind(name: &str, raw: &RawSection) -> Result<SectionKind, SectionDefect> {
    let section_type = raw.sh_type(LittleEndian);
    let flags = raw.sh_flags(LittleEndian);
    let has = |required, optional: u64| flags & !optional == required;
    let kind = match section_type {
        elf::SHT_SYMTAB | elf::SHT_STRTAB | elf::SHT_SYMTAB_SHNDX => {
            has(0, 0).then_some(SectionKind::Table)
        }
        elf::SHT_RELA => has(0, INFO_LINK).then_some(SectionKind::Table),
        elf::SHT_NOBITS => has(LOADED | WRITE, LARGE).then_some(SectionKind::ZeroedData),
        elf::SHT_PROGBITS if has(LOADED | CODE, LARGE) => Some(SectionKind::Text),
        elf::SHT_PROGBITS if has(LOADED, LARGE | MERGE) => Some(SectionKind::ReadOnlyData),
        elf::SHT_PROGBITS if has(LOADED | WRITE, LARGE) => Some(SectionKind::WritableData),
        elf::SHT_PROGBITS if has(0, MERGE) => Some(SectionKind::NotLoaded),
        elf::SHT_PROGBITS => None,
        _ => return Err(SectionDefect::Type { section_type, cure: cure(name) }),
    };
    kind.ok_or_else(|| SectionDefect::Flags { flags, cure: cure(name) })
}

/// A header's field by its name in the ABI, its value, and what it ought to be.
type Field = (&'static str, u64, u64);

fn check_fields(fields: &[Field]) -> Result<(), SectionDefect> {
    match fields.iter().find(|(_, value, expected)| value != expected) {
        None => Ok(()),
        Some(&(field, value, _)) => Err(SectionDefect::Field { field, value }),
    }
}

/// Section 0 has two more: if there are too many sections for the ELF header's
/// fields, it has their number and the number of the one with the names.
fn fields_of_none(raw: &RawSection) -> [Field; 8] {
    let e = LittleEndian;
    [
        ("sh_name", u64::from(raw.sh_name(e)), 0),
        ("sh_type", u64::from(raw.sh_type(e)), 0),
        ("sh_flags", raw.sh_flags(e), 0),
        ("sh_addr", raw.sh_addr(e), 0),
        ("sh_offset", raw.sh_offset(e), 0),
        ("sh_info", u64::from(raw.sh_info(e)), 0),
        ("sh_addralign", raw.sh_addralign(e), 0),
        ("sh_entsize", raw.sh_entsize(e), 0),
    ]
}

/// The fields that can have only one value, given the section's type. What links
/// tables to each other is checked where these are read.
fn fields(raw: &RawSection) -> [Field; 5] {
    let e = LittleEndian;
    let (link, info) = (u64::from(raw.sh_link(e)), u64::from(raw.sh_info(e)));
    let (alignment, entry) = (raw.sh_addralign(e), raw.sh_entsize(e));
    let table = |entry: usize| (link, info, entry as u64);
    let (right_link, right_info, right_entry) = match raw.sh_type(e) {
        elf::SHT_SYMTAB => table(size_of::<RawSymbol>()),
        elf::SHT_RELA => table(size_of::<RawRelocation>()),
        elf::SHT_SYMTAB_SHNDX => (link, 0, 4),
        _ if raw.sh_flags(e) & MERGE != 0 => (0, 0, entry),
        _ => (0, 0, 0),
    };
    let is_power = alignment == 0 || alignment.is_power_of_two();
    [
        ("sh_addr", raw.sh_addr(e), 0),
        ("sh_link", link, right_link),
        ("sh_info", info, right_info),
        ("sh_entsize", entry, right_entry),
        ("sh_addralign", alignment, if is_power { alignment } else { 1 }),
    ]
}

/// The flags by their names in the ABI.
pub(super) fn flag_names(flags: u64) -> String {
    const NAMES: [(u64, &str); 14] = [
        (WRITE, "SHF_WRITE"),
        (LOADED, "SHF_ALLOC"),
        (CODE, "SHF_EXECINSTR"),
        (elf::SHF_MERGE as u64, "SHF_MERGE"),
        (elf::SHF_STRINGS as u64, "SHF_STRINGS"),
        (INFO_LINK, "SHF_INFO_LINK"),
        (elf::SHF_LINK_ORDER as u64, "SHF_LINK_ORDER"),
        (elf::SHF_OS_NONCONFORMING as u64, "SHF_OS_NONCONFORMING"),
        (elf::SHF_GROUP as u64, "SHF_GROUP"),
        (elf::SHF_TLS as u64, "SHF_TLS"),
        (elf::SHF_COMPRESSED as u64, "SHF_COMPRESSED"),
        (elf::SHF_GNU_RETAIN as u64, "SHF_GNU_RETAIN"),
        (LARGE, "SHF_X86_64_LARGE"),
        (elf::SHF_EXCLUDE as u64, "SHF_EXCLUDE"),
    ];
    let set = NAMES.iter().filter(|(flag, _)| flags & flag != 0);
    let unknown = NAMES.iter().fold(flags, |rest, (flag, _)| rest & !flag);
    let mut names: Vec<String> = set.map(|(_, name)| (*name).to_owned()).collect();
    if unknown != 0 || names.is_empty() {
        names.push(format!("{unknown:#x}"));
    }
    names.join(" | ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_have_names_and_unknown_ones_a_number() {
        assert_eq!(flag_names(WRITE | LOADED), "SHF_WRITE | SHF_ALLOC");
        assert_eq!(flag_names(LOADED | LARGE | 0x9000), "SHF_ALLOC | SHF_X86_64_LARGE | 0x9000");
        assert_eq!(flag_names(0), "0x0");
    }
}
