//! Symbols: names for places in this object, or in others.

use object::elf::{self, Sym64};
use object::read::elf::{SectionHeader, Sym};
use object::{LittleEndian, U32};

use super::error::{ObjectError, SectionDefect, SymbolDefect};
use super::headers::{Headers, RawSection};
use super::name::Names;
use super::section::{Section, SectionIndex};

/// The number of a symbol in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SymbolIndex(pub usize);

/// A name for a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol<'data> {
    /// The name. Sections have none.
    pub name: &'data str,
    /// Who can see it.
    pub binding: Binding,
    /// Which of those who can see it may replace it.
    pub visibility: Visibility,
    /// What is there.
    pub kind: SymbolKind,
    /// Where that is.
    pub definition: Definition,
    /// How many bytes that has.
    pub size: u64,
}

/// Who can see a symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Binding {
    /// This object.
    Local,
    /// Every object.
    Global,
    /// Every object; another one may define it again.
    Weak,
}

/// What a dynamic linker may do to a symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Visibility {
    /// What the binding says.
    Default,
    /// Like `Hidden`, and more.
    Internal,
    /// No other component can see it.
    Hidden,
    /// No other component can replace it.
    Protected,
}

/// What a symbol stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SymbolKind {
    /// Not said; as a rule of what another object defines.
    Untyped,
    /// Data.
    Object,
    /// Code.
    Function,
    /// A section.
    Section,
    /// The source file.
    File,
    /// Zeroed data that the linker allocates.
    Common,
    /// A place in the data that each thread has for itself.
    ThreadLocal,
}

/// Where a symbol's place is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Definition {
    /// In another object.
    Undefined,
    /// At an address that is known, or nowhere.
    Absolute,
    /// Where the linker finds room.
    Common,
    /// In a section of this object.
    Section {
        /// Which one.
        section: SectionIndex,
        /// How far from its start, in bytes; not beyond its end.
        offset: u64,
    },
}

/// A symbol as it is in the file.
pub(super) type RawSymbol = Sym64<LittleEndian>;

/// What is needed to read a symbol.
struct Table<'a, 'data> {
    names: Names<'data>,
    /// Numbers of sections, for symbols that have no room for theirs.
    sections_of: &'data [U32<LittleEndian>],
    sections: &'a [Section<'data>],
    locals: usize,
}

/// Reads all symbols. Without a symbol table there are none.
pub(super) fn read<'data>(
    headers: &Headers<'data>,
    sections: &[Section<'data>],
) -> Result<Vec<Symbol<'data>>, ObjectError> {
    let Some((index, raw)) = headers.symbol_table()? else { return Ok(Vec::new()) };
    let raw_symbols = headers.table::<RawSymbol>(index, "symbols")?;
    let names = headers.strings(SectionIndex(raw.sh_link(LittleEndian) as usize))?;
    let sections_of = sections_of_symbols(headers, index, raw_symbols.len())?;
    let locals = raw.sh_info(LittleEndian) as usize;
    let table = Table { names, sections_of, sections, locals };
    raw_symbols.iter().enumerate().map(|(index, raw)| table.symbol(index, raw)).collect()
}

/// The table with the numbers of sections for which symbols have no room, if any.
fn sections_of_symbols<'data>(
    headers: &Headers<'data>,
    symbols: SectionIndex,
    count: usize,
) -> Result<&'data [U32<LittleEndian>], ObjectError> {
    let of_these = |raw: &RawSection| raw.link(LittleEndian).0 == symbols.0;
    let mut found: &[U32<LittleEndian>] = &[];
    for (index, raw) in headers.of_type(elf::SHT_SYMTAB_SHNDX) {
        found = headers.table(index, "section numbers")?;
        if !of_these(raw) || found.len() != count {
            return Err(headers.error(index, SectionDefect::NotATable("section numbers")));
        }
    }
    Ok(found)
}

impl<'data> Table<'_, 'data> {
    fn symbol(&self, index: usize, raw: &RawSymbol) -> Result<Symbol<'data>, ObjectError> {
        let name = self.names.get(raw.st_name(LittleEndian));
        self.read(index, raw, name).map_err(|defect| {
            let symbol = match name {
                Some(name) if !name.is_empty() => format!("`{name}`"),
                _ => index.to_string(),
            };
            ObjectError::Symbol { symbol, defect }
        })
    }

    fn read(
        &self,
        index: usize,
        raw: &RawSymbol,
        name: Option<&'data str>,
    ) -> Result<Symbol<'data>, SymbolDefect> {
        let symbol = Symbol {
            name: name.ok_or(SymbolDefect::Name)?,
            binding: binding(raw.st_bind())?,
            visibility: visibility(raw.st_other())?,
            kind: kind(raw.st_type())?,
            definition: self.definition(index, raw)?,
            size: raw.st_size(LittleEndian),
        };
        if index == 0 && symbol != Symbol::NONE {
            return Err(SymbolDefect::NotNull);
        }
        if (symbol.binding == Binding::Local) != (index < self.locals) {
            return Err(SymbolDefect::Order);
        }
        self.check_extent(&symbol)?;
        Ok(symbol)
    }

    fn definition(&self, index: usize, raw: &RawSymbol) -> Result<Definition, SymbolDefect> {
        let section = match raw.st_shndx(LittleEndian) {
            elf::SHN_UNDEF => return Ok(Definition::Undefined),
            elf::SHN_ABS => return Ok(Definition::Absolute),
            elf::SHN_COMMON => return Ok(Definition::Common),
            elf::SHN_XINDEX => self.sections_of.get(index).map(|number| number.get(LittleEndian)),
            number if number >= elf::SHN_LORESERVE => None,
            number => Some(u32::from(number)),
        };
        let value = raw.st_shndx(LittleEndian);
        let section = section.ok_or(SymbolDefect::Unknown { field: "section", value })?;
        let section = SectionIndex(section as usize);
        if section == SectionIndex(0) || section.0 >= self.sections.len() {
            return Err(SymbolDefect::Section { section: section.0 });
        }
        Ok(Definition::Section { section, offset: raw.st_value(LittleEndian) })
    }

    fn check_extent(&self, symbol: &Symbol<'_>) -> Result<(), SymbolDefect> {
        let Definition::Section { section, offset } = symbol.definition else { return Ok(()) };
        let (size, section) = (symbol.size, &self.sections[section.0]);
        match offset.checked_add(size) {
            Some(end) if end <= section.size => Ok(()),
            _ => Err(SymbolDefect::Extent { section: section.name.to_owned(), offset, size }),
        }
    }
}

impl Symbol<'_> {
    /// Symbol 0.
    const NONE: Symbol<'static> = Symbol {
        name: "",
        binding: Binding::Local,
        visibility: Visibility::Default,
        kind: SymbolKind::Untyped,
        definition: Definition::Undefined,
        size: 0,
    };
}

fn binding(binding: u8) -> Result<Binding, SymbolDefect> {
    match binding {
        elf::STB_LOCAL => Ok(Binding::Local),
        elf::STB_GLOBAL => Ok(Binding::Global),
        elf::STB_WEAK => Ok(Binding::Weak),
        _ => Err(SymbolDefect::Unknown { field: "binding", value: binding.into() }),
    }
}

fn visibility(other: u8) -> Result<Visibility, SymbolDefect> {
    match other {
        elf::STV_DEFAULT => Ok(Visibility::Default),
        elf::STV_INTERNAL => Ok(Visibility::Internal),
        elf::STV_HIDDEN => Ok(Visibility::Hidden),
        elf::STV_PROTECTED => Ok(Visibility::Protected),
        _ => Err(SymbolDefect::Unknown { field: "visibility", value: other.into() }),
    }
}

fn kind(kind: u8) -> Result<SymbolKind, SymbolDefect> {
    match kind {
        elf::STT_NOTYPE => Ok(SymbolKind::Untyped),
        elf::STT_OBJECT => Ok(SymbolKind::Object),
        elf::STT_FUNC => Ok(SymbolKind::Function),
        elf::STT_SECTION => Ok(SymbolKind::Section),
        elf::STT_FILE => Ok(SymbolKind::File),
        elf::STT_COMMON => Ok(SymbolKind::Common),
        elf::STT_TLS => Ok(SymbolKind::ThreadLocal),
        _ => Err(SymbolDefect::Unknown { field: "type", value: kind.into() }),
    }
}
