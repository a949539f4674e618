//! Why a file is not an object that can be read.

use super::format::{ElfType, Format};
use super::name::LONGEST_NAME;
use super::section::flag_names;

/// Why a file could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ObjectError {
    /// Nothing that anyone calls an object file.
    #[error("this is no object file: {0}")]
    NotAnObject(&'static str),
    /// An object file of another kind.
    #[error("this is {0}; stencils are compiled with --target=x86_64-unknown-linux-gnu")]
    Foreign(Format),
    /// The right machine, but a linker has been at it, or something else.
    #[error("this is {0} and no relocatable object; compile with -c, and do not link")]
    NotRelocatable(ElfType),
    /// The ELF header says something that is not known here.
    #[error(
        "the ELF header has {value:#x} in {field}, where a relocatable object for x86-64 has {expected:#x}"
    )]
    Header {
        /// The field, as the ABI calls it.
        field: &'static str,
        /// What it has.
        value: u64,
        /// What it ought to have.
        expected: u64,
    },
    /// There is less of the file than it says.
    #[error(
        "{what} would end at byte {end}, but the file has only {size}: it was cut off or is damaged"
    )]
    Truncated {
        /// What is not there as a whole.
        what: String,
        /// Where it would end; `u64::MAX` when that cannot be said in 64 bits.
        end: u64,
        /// The size of the file in bytes.
        size: u64,
    },
    /// Offsets in an object have 32 bits here.
    #[error("the file has {size} bytes; an object may have at most {}", u32::MAX)]
    TooBig {
        /// The size of the file in bytes.
        size: u64,
    },
    /// Something is wrong with a section.
    #[error("section {section} {defect}")]
    Section {
        /// Its name in backticks, or its number where it has none.
        section: String,
        /// What is wrong.
        defect: SectionDefect,
    },
    /// Something is wrong with a symbol.
    #[error("symbol {symbol} {defect}")]
    Symbol {
        /// Its name in backticks, or its number where it has none.
        symbol: String,
        /// What is wrong.
        defect: SymbolDefect,
    },
    /// Something is wrong with a relocation.
    #[error("relocation {number} in section {section} {defect}")]
    Relocation {
        /// The name of the relocation table in backticks, or its number where it has none.
        section: String,
        /// Which one of its entries, counted from 0.
        number: usize,
        /// What is wrong.
        defect: RelocationDefect,
    },
}

/// What is wrong with a section; begins with a verb.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SectionDefect {
    /// Its name is outside of the table of names, is too long or cannot be read.
    #[error("has no name of at most {LONGEST_NAME} bytes of printable UTF-8")]
    Name,
    /// It is of a type that is not known here.
    #[error("has the type {section_type:#x}, which is not known here; {cure}")]
    Type {
        /// Its type.
        section_type: u32,
        /// What leaves it out.
        cure: &'static str,
    },
    /// It has a combination of flags that is not known here.
    #[error("has flags that are not known together: {}; {cure}", flag_names(*flags))]
    Flags {
        /// Its flags.
        flags: u64,
        /// What leaves it out.
        cure: &'static str,
    },
    /// A field has a value that means nothing.
    #[error("has {value:#x} in {field}, which means nothing for it: the file is damaged")]
    Field {
        /// The field, as the ABI calls it.
        field: &'static str,
        /// What it has.
        value: u64,
    },
    /// Its bytes are another section's as well.
    #[error("has bytes in common with section {other}: the file is damaged")]
    Overlap {
        /// The other section's name in backticks, or its number where it has none.
        other: String,
    },
    /// It is no table of what it is taken for.
    #[error("is no table of {0}: the file is damaged")]
    NotATable(&'static str),
    /// There can be only one.
    #[error("is a second table of symbols")]
    SecondSymbolTable,
    /// It relocates a section that another one relocates already, or that has no bytes to relocate.
    #[error("relocates section {target}, which has other relocations already or can have none")]
    Target {
        /// The number of the section to relocate.
        target: u32,
    },
}

/// What is wrong with a symbol; begins with a verb.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SymbolDefect {
    /// Its name is outside of the table of names, is too long or cannot be read.
    #[error("has no name of at most {LONGEST_NAME} bytes of printable UTF-8")]
    Name,
    /// Number 0 stands for "no symbol" and has nothing in it.
    #[error("is not empty, though it stands for none: the file is damaged")]
    NotNull,
    /// A field has a value that is not known here.
    #[error("has {value:#x} as its {field}, which is not known here")]
    Unknown {
        /// What the field says.
        field: &'static str,
        /// What it has.
        value: u16,
    },
    /// Local symbols come first, and others after them.
    #[error("is on the wrong side of the border between local and other symbols")]
    Order,
    /// It is in a section that does not exist.
    #[error("is in section {section}, which does not exist")]
    Section {
        /// The number of the section.
        section: usize,
    },
    /// It reaches beyond the end of its section.
    #[error("has {size} bytes from {offset:#x}, which is more than section `{section}` has")]
    Extent {
        /// The section that it is in.
        section: String,
        /// Where it begins there.
        offset: u64,
        /// Its size in bytes.
        size: u64,
    },
}

/// What is wrong with a relocation; begins with a verb.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RelocationDefect {
    /// It is for a place outside of its section.
    #[error("is for byte {offset:#x}, which section `{section}` does not have")]
    Offset {
        /// The section to relocate.
        section: String,
        /// The place in that section.
        offset: u64,
    },
    /// It refers to a symbol that does not exist.
    #[error("refers to symbol {symbol}, which does not exist")]
    Symbol {
        /// The number of the symbol.
        symbol: u32,
    },
}
