//! An object that is made by hand: a good one, to be added to and spoiled.

use ch02_stencils::object_file::{ObjectFile, SectionIndex};
use ch02_stencils::{StencilLibrary, SymbolTable, extract};
use object::elf::{self, FileHeader64, Rela64, SectionHeader64, Sym64};
use object::pod::{self, Pod};
use object::write::{
    Object, Relocation, RelocationFlags, SectionFlags, SectionId, SectionKind, StandardSegment,
    Symbol, SymbolFlags, SymbolId, SymbolKind, SymbolScope, SymbolSection,
};
use object::{Architecture, BinaryFormat, Endianness, LittleEndian};

/// `mov rax, …; jmp rax`: eight empty bytes from the third one on.
pub(crate) const CODE: [u8; 12] = [0x48, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xe0];

/// Where the empty bytes begin.
pub(crate) const PLACE: u64 = 2;

pub(crate) const TEXT: u32 = elf::SHF_ALLOC | elf::SHF_EXECINSTR;
pub(crate) const CONSTANT: u32 = elf::SHF_ALLOC;
pub(crate) const WRITABLE: u32 = elf::SHF_ALLOC | elf::SHF_WRITE;

pub(crate) const GLOBAL_FUNCTION: u8 = elf::STB_GLOBAL << 4 | elf::STT_FUNC;
pub(crate) const GLOBAL_OBJECT: u8 = elf::STB_GLOBAL << 4 | elf::STT_OBJECT;
pub(crate) const GLOBAL_UNTYPED: u8 = elf::STB_GLOBAL << 4 | elf::STT_NOTYPE;

/// The symbols that a driver of these objects would supply.
pub(crate) fn symbols() -> SymbolTable {
    SymbolTable::new(["NEXT", "OTHER"])
}

/// An object in the making.
pub(crate) struct Draft {
    object: Object<'static>,
}

impl Draft {
    /// An object with nothing in it.
    pub(crate) fn empty() -> Draft {
        let object = Object::new(BinaryFormat::Elf, Architecture::X86_64, Endianness::Little);
        Draft { object }
    }

    /// An object with one stencil, `ADD`, whose hole is for `NEXT`.
    pub(crate) fn good() -> Draft {
        let mut draft = Draft::empty();
        let add = draft.function("ADD", &CODE);
        let next = draft.undefined("NEXT", GLOBAL_UNTYPED);
        draft.relocate(add, PLACE, next, elf::R_X86_64_64, 0);
        draft
    }

    /// An object with one stencil, `ADD`, whose hole is for this symbol.
    pub(crate) fn with_hole_for(symbol: impl FnOnce(&mut Draft) -> SymbolId) -> Draft {
        let mut draft = Draft::empty();
        let add = draft.function("ADD", &CODE);
        let symbol = symbol(&mut draft);
        draft.relocate(add, PLACE, symbol, elf::R_X86_64_64, 0);
        draft
    }

    /// Adds a function in a section of its own, `.text.NAME`.
    pub(crate) fn function(&mut self, name: &str, code: &[u8]) -> SectionId {
        let section = self.section(&format!(".text.{name}"), elf::SHT_PROGBITS, TEXT, code);
        self.symbol(name, GLOBAL_FUNCTION, section, 0, code.len() as u64);
        section
    }

    /// Adds a section.
    pub(crate) fn section(&mut self, name: &str, kind: u32, flags: u32, bytes: &[u8]) -> SectionId {
        self.aligned_section(name, kind, flags, bytes, 1)
    }

    /// Adds a section that has an alignment.
    pub(crate) fn aligned_section(
        &mut self,
        name: &str,
        kind: u32,
        flags: u32,
        bytes: &[u8],
        alignment: u64,
    ) -> SectionId {
        let segment = self.object.segment_name(StandardSegment::Text).to_vec();
        let section = self.object.add_section(segment, name.into(), SectionKind::Elf(kind));
        self.object.section_mut(section).flags = SectionFlags::Elf { sh_flags: flags.into() };
        self.object.append_section_data(section, bytes, alignment);
        section
    }

    /// Adds a symbol that is defined in a section; `info` is its binding and type.
    pub(crate) fn symbol(
        &mut self,
        name: &str,
        info: u8,
        section: SectionId,
        offset: u64,
        size: u64,
    ) -> SymbolId {
        self.any_symbol(name, info, SymbolSection::Section(section), offset, size)
    }

    /// Adds a symbol that is not defined here.
    pub(crate) fn undefined(&mut self, name: &str, info: u8) -> SymbolId {
        self.any_symbol(name, info, SymbolSection::Undefined, 0, 0)
    }

    /// Adds a symbol.
    pub(crate) fn any_symbol(
        &mut self,
        name: &str,
        info: u8,
        section: SymbolSection,
        value: u64,
        size: u64,
    ) -> SymbolId {
        let is_local = info >> 4 == elf::STB_LOCAL;
        self.object.add_symbol(Symbol {
            name: name.into(),
            value,
            size,
            kind: SymbolKind::Unknown,
            scope: if is_local { SymbolScope::Compilation } else { SymbolScope::Dynamic },
            weak: false,
            section,
            flags: SymbolFlags::Elf { st_info: info, st_other: elf::STV_DEFAULT },
        })
    }

    /// The symbol that stands for a section.
    pub(crate) fn section_symbol(&mut self, section: SectionId) -> SymbolId {
        self.object.section_symbol(section)
    }

    /// Adds a relocation.
    pub(crate) fn relocate(
        &mut self,
        section: SectionId,
        offset: u64,
        symbol: SymbolId,
        r_type: u32,
        addend: i64,
    ) {
        let flags = RelocationFlags::Elf { r_type };
        let relocation = Relocation { offset, symbol, addend, flags };
        self.object.add_relocation(section, relocation).expect("ELF has relocations");
    }

    /// The object file.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.object.write().expect("the draft is well-formed")
    }

    /// What is extracted from it.
    pub(crate) fn library(&self) -> StencilLibrary {
        let bytes = self.bytes();
        extract(&bytes, &symbols()).unwrap_or_else(|error| panic!("it is a good object: {error}"))
    }

    /// Why nothing is extracted from it.
    pub(crate) fn refusal(&self) -> String {
        refusal(&self.bytes())
    }
}

/// Why nothing is extracted from these bytes.
pub(crate) fn refusal(bytes: &[u8]) -> String {
    extract(bytes, &symbols()).expect_err("the object is bad").to_string()
}

type Change<'a, T> = &'a dyn Fn(&mut T);

/// The file with a change to its ELF header.
pub(crate) fn with_header(
    mut file: Vec<u8>,
    change: Change<'_, FileHeader64<LittleEndian>>,
) -> Vec<u8> {
    change(entry(&mut file, 0, 0));
    file
}

/// The file with a change to the header of the section with this name.
pub(crate) fn with_section(
    mut file: Vec<u8>,
    name: &str,
    change: Change<'_, SectionHeader64<LittleEndian>>,
) -> Vec<u8> {
    let (table, index) = (section_headers(&file), section_index(&file, name));
    change(entry(&mut file, table, index));
    file
}

/// The file with a change to the symbol with this name.
pub(crate) fn with_symbol(
    mut file: Vec<u8>,
    name: &str,
    change: Change<'_, Sym64<LittleEndian>>,
) -> Vec<u8> {
    let symbols = parse(&file).symbols;
    let index = symbols.iter().position(|symbol| symbol.name == name).expect("there is one");
    let table = contents(&mut file, ".symtab");
    change(entry(&mut file, table, index));
    file
}

/// The file with a change to the first relocation of the section with this name.
pub(crate) fn with_relocation(
    mut file: Vec<u8>,
    section: &str,
    change: Change<'_, Rela64<LittleEndian>>,
) -> Vec<u8> {
    let table = contents(&mut file, &format!(".rela{section}"));
    change(entry(&mut file, table, 0));
    file
}

fn parse(file: &[u8]) -> ObjectFile<'_> {
    ObjectFile::parse(file).unwrap_or_else(|error| panic!("it is not spoiled yet: {error}"))
}

fn section_index(file: &[u8], name: &str) -> usize {
    let named = |section: &&ch02_stencils::object_file::Section<'_>| section.name == name;
    let SectionIndex(index) = parse(file).sections.iter().find(named).expect("there is one").index;
    index
}

/// Where the section headers begin.
fn section_headers(file: &[u8]) -> usize {
    let (header, _) = pod::from_bytes::<FileHeader64<LittleEndian>>(file).expect("a header");
    header.e_shoff.get(LittleEndian) as usize
}

/// Where the bytes of a section begin.
fn contents(file: &mut [u8], name: &str) -> usize {
    let (table, index) = (section_headers(file), section_index(file, name));
    let header: &mut SectionHeader64<LittleEndian> = entry(file, table, index);
    header.sh_offset.get(LittleEndian) as usize
}

fn entry<T: Pod>(file: &mut [u8], table: usize, index: usize) -> &mut T {
    let place = &mut file[table + index * size_of::<T>()..];
    pod::from_bytes_mut(place).expect("the file has this entry").0
}
