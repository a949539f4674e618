//! Object files, read strictly: a relocatable ELF object for x86-64 becomes
//! sections, symbols and relocations, in plain types. Whatever is damaged, is for
//! another machine, or means something that this reader does not know, is an
//! error. What an object may be made of is for others to say.
//! The format is in the System V ABI, chapters 4 and 5 of the generic part and of
//! the part for AMD64. Chapter 2 of the book, "Reading an object file".

mod error;
mod format;
mod cure;
mod name;
mod headers;
mod section;
mod symbol;
mod relocation;

pub use error::{ObjectError, RelocationDefect, SectionDefect, SymbolDefect};
pub use format::{ElfType, Format};
pub use relocation::{Relocation, RelocationType};
pub use section::{Section, SectionIndex, SectionKind};
pub use symbol::{Binding, Definition, Symbol, SymbolIndex, SymbolKind, Visibility};

pub(super) use cure::cure;

use self::headers::Headers;

/// What is in an object file. Time and memory to read one are in proportion to
/// its size, whatever is in it; names and contents are the file's own bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectFile<'data> {
    /// The sections, by index. Number 0 stands for "no section".
    pub sections: Vec<Section<'data>>,
    /// The symbols, by index. Number 0 stands for "no symbol".
    pub symbols: Vec<Symbol<'data>>,
}

impl<'data> ObjectFile<'data> {
    /// Reads an object file.
    ///
    /// # Errors
    /// When it is none, or one of another format or for another machine, or is
    /// damaged, or has in it what is not known here.
    pub fn parse(bytes: &'data [u8]) -> Result<ObjectFile<'data>, ObjectError> {
        let header = format::header(bytes)?;
        let headers = Headers::read(header, bytes)?;
        let mut sections = section::read(&headers)?;
        let symbols = symbol::read(&headers, &sections)?;
        relocation::read(&headers, &mut sections, symbols.len())?;
        Ok(ObjectFile { sections, symbols })
    }

    /// The section with an index from this file.
    ///
    /// # Panics
    /// When the index is another file's.
    #[must_use]
    pub fn section(&self, index: SectionIndex) -> &Section<'data> {
        &self.sections[index.0]
    }

    /// The symbol with an index from this file.
    ///
    /// # Panics
    /// When the index is another file's.
    #[must_use]
    pub fn symbol(&self, index: SymbolIndex) -> &Symbol<'data> {
        &self.symbols[index.0]
    }
}
