//! Functions of several blocks, and constants, for an object in the making.

use ch02_stencils::HoleKind;
use ch02_stencils::object_file::ObjectFile;
use ch03_relocations::arch::X86_64;
use ch03_relocations::read::read;
use ch03_relocations::{Object, Role, Symbols};
use object::LittleEndian;
use object::elf::{self, R_X86_64_PLT32};
use object::write::{SectionId, SymbolId};

use crate::draft::{CONSTANT, Draft, GLOBAL_FUNCTION, GLOBAL_UNTYPED, TEXT, with_section};

pub(crate) const NEXT: HoleKind = HoleKind(0);
pub(crate) const LABEL: HoleKind = HoleKind(1);
pub(crate) const VALUE: HoleKind = HoleKind(2);
pub(crate) const OUTSIDE: HoleKind = HoleKind(3);

/// `jmp …`
pub(crate) const JUMP: [u8; 5] = [0xe9, 0, 0, 0, 0];

/// `jne …; jmp …`
pub(crate) const BRANCH: [u8; 11] = [0x0f, 0x85, 0, 0, 0, 0, 0xe9, 0, 0, 0, 0];

/// `ret`
pub(crate) const RETURN: [u8; 1] = [0xc3];

const LOCAL_UNTYPED: u8 = elf::STB_LOCAL << 4 | elf::STT_NOTYPE;

/// The symbols that a driver of these objects would supply.
pub(crate) fn symbols() -> Symbols {
    Symbols::new([
        ("NEXT", Role::Next),
        ("LABEL", Role::Label),
        ("VALUE", Role::Number),
        ("OUTSIDE", Role::Outside),
    ])
}

/// What is read from these bytes, which are good.
pub(crate) fn object(bytes: &[u8]) -> Object {
    read::<X86_64>(bytes, &symbols()).unwrap_or_else(|error| panic!("it is good: {error}"))
}

/// Why nothing is read from these bytes.
pub(crate) fn refusal(bytes: &[u8]) -> String {
    read::<X86_64>(bytes, &symbols()).expect_err("the object is bad").to_string()
}

/// A block in the making: its section, and the symbol that stands for it.
#[derive(Clone, Copy)]
pub(crate) struct Part {
    pub(crate) section: SectionId,
    pub(crate) symbol: SymbolId,
}

/// Adds the first block of the function `NAME`, in the section `.text.NAME`.
pub(crate) fn entry(draft: &mut Draft, name: &str, code: &[u8]) -> Part {
    let section = draft.section(&format!(".text.{name}"), elf::SHT_PROGBITS, TEXT, code);
    let symbol = draft.symbol(name, GLOBAL_FUNCTION, section, 0, code.len() as u64);
    Part { section, symbol }
}

/// Adds another block of a function, `NAME.__part.NUMBER`, in a section of that
/// function's name.
pub(crate) fn part(draft: &mut Draft, name: &str, number: u32, code: &[u8]) -> Part {
    let section = draft.section(&format!(".text.{name}"), elf::SHT_PROGBITS, TEXT, code);
    let name = format!("{name}.__part.{number}");
    let symbol = draft.symbol(&name, LOCAL_UNTYPED, section, 0, code.len() as u64);
    Part { section, symbol }
}

/// Adds a symbol of the driver.
pub(crate) fn open(draft: &mut Draft, name: &str) -> SymbolId {
    draft.undefined(name, GLOBAL_UNTYPED)
}

/// Makes the place in a block the distance of a jump.
pub(crate) fn jump(draft: &mut Draft, from: Part, place: u64, to: SymbolId) {
    draft.relocate(from.section, place, to, R_X86_64_PLT32, -4);
}

/// A draft with one function, `ADD`, that has one hole.
pub(crate) fn with_hole(
    code: &[u8],
    place: u64,
    r_type: u32,
    addend: i64,
    symbol: impl FnOnce(&mut Draft) -> SymbolId,
) -> Draft {
    let mut draft = Draft::empty();
    let add = entry(&mut draft, "ADD", code);
    let symbol = symbol(&mut draft);
    draft.relocate(add.section, place, symbol, r_type, addend);
    draft
}

/// Adds constants without a size, which they get [later](with_entries).
pub(crate) fn constants(
    draft: &mut Draft,
    section: &str,
    bytes: &[u8],
    alignment: u64,
) -> SectionId {
    let flags = CONSTANT | elf::SHF_MERGE;
    draft.aligned_section(section, elf::SHT_PROGBITS, flags, bytes, alignment)
}

/// Adds a label for a constant.
pub(crate) fn constant(draft: &mut Draft, section: SectionId, name: &str, offset: u64) -> SymbolId {
    draft.symbol(name, LOCAL_UNTYPED, section, offset, 0)
}

/// The object, whose constants have this size.
pub(crate) fn with_entries(draft: &Draft, size: u64) -> Vec<u8> {
    let file = draft.bytes();
    let sections = ObjectFile::parse(&file).expect("it is well-formed").sections;
    let names = sections.iter().map(|section| section.name);
    let constants = names.filter(|name| name.starts_with(".rodata.cst"));
    constants.fold(file.clone(), |file, name| {
        with_section(file, name, &|section| section.sh_entsize.set(LittleEndian, size))
    })
}
