//! What is taken.

use ch02_stencils::object_file::{
    Binding, Definition, ObjectFile, RelocationType, SectionKind, SymbolKind,
};
use ch02_stencils::{Hole, HoleKind, StencilId, Target};
use object::elf;

use crate::draft::{CODE, CONSTANT, Draft, GLOBAL_UNTYPED, PLACE, TEXT, WRITABLE};

const NEXT: Target = Target::Symbol(HoleKind(0));
const OTHER: Target = Target::Symbol(HoleKind(1));

#[test]
fn a_function_becomes_a_stencil_and_its_relocation_a_hole() {
    let library = Draft::good().library();
    assert_eq!(library.iter().len(), 1);
    let add = library.get(library.find("ADD").expect("it is there"));
    assert_eq!(add.code, CODE);
    assert_eq!(add.holes, [Hole { offset: 2, target: NEXT, addend: 0 }]);
}

#[test]
fn an_object_file_is_told_in_plain_types() {
    let bytes = Draft::good().bytes();
    let object = ObjectFile::parse(&bytes).expect("it is good");
    let text = object.sections.iter().find(|it| it.kind == SectionKind::Text).expect("it has code");
    assert_eq!((text.name, text.bytes, text.size, text.alignment), (".text.ADD", &CODE[..], 12, 1));
    let [relocation] = text.relocations[..] else { panic!("it has one relocation") };
    assert_eq!((relocation.offset, relocation.addend), (PLACE, 0));
    assert_eq!(relocation.kind, RelocationType(elf::R_X86_64_64));
    let next = object.symbol(relocation.symbol);
    assert_eq!(
        (next.name, next.binding, next.kind),
        ("NEXT", Binding::Global, SymbolKind::Untyped)
    );
    assert_eq!(next.definition, Definition::Undefined);
    let add = object.symbols.iter().find(|it| it.name == "ADD").expect("it has a symbol");
    assert_eq!(add.definition, Definition::Section { section: text.index, offset: 0 });
}

#[test]
fn addends_keep_their_sign() {
    let mut draft = Draft::empty();
    let add = draft.function("ADD", &CODE);
    let next = draft.undefined("NEXT", GLOBAL_UNTYPED);
    draft.relocate(add, PLACE, next, elf::R_X86_64_64, -9);
    let library = draft.library();
    assert_eq!(library.get(StencilId(0)).holes, [Hole { offset: 2, target: NEXT, addend: -9 }]);
}

#[test]
fn holes_are_sorted_and_may_touch() {
    let mut draft = Draft::empty();
    let add = draft.function("ADD", &[0; 17]);
    let next = draft.undefined("NEXT", GLOBAL_UNTYPED);
    let other = draft.undefined("OTHER", GLOBAL_UNTYPED);
    draft.relocate(add, 9, next, elf::R_X86_64_64, 1);
    draft.relocate(add, 1, other, elf::R_X86_64_64, 2);
    let holes =
        [Hole { offset: 1, target: OTHER, addend: 2 }, Hole { offset: 9, target: NEXT, addend: 1 }];
    assert_eq!(draft.library().get(StencilId(0)).holes, holes);
}

#[test]
fn stencils_may_refer_to_each_other_and_to_themselves() {
    let mut draft = Draft::empty();
    let sections = ["ADD", "SUBTRACT"]
        .map(|name| draft.section(&format!(".text.{name}"), elf::SHT_PROGBITS, TEXT, &[0; 16]));
    let info = elf::STB_GLOBAL << 4 | elf::STT_FUNC;
    let add = draft.symbol("ADD", info, sections[0], 0, 16);
    let subtract = draft.symbol("SUBTRACT", info, sections[1], 0, 16);
    draft.relocate(sections[0], 0, subtract, elf::R_X86_64_64, 0);
    draft.relocate(sections[0], 8, add, elf::R_X86_64_64, 0);
    let library = draft.library();
    let targets: Vec<Target> =
        library.get(StencilId(0)).holes.iter().map(|hole| hole.target).collect();
    assert_eq!(targets, [Target::Stencil(StencilId(1)), Target::Stencil(StencilId(0))]);
}

#[test]
fn stencils_are_numbered_in_the_order_of_their_sections() {
    let mut draft = Draft::empty();
    let first = draft.section(".text.first", elf::SHT_PROGBITS, TEXT, &CODE);
    let second = draft.section(".text.second", elf::SHT_PROGBITS, TEXT, &CODE);
    let info = elf::STB_GLOBAL << 4 | elf::STT_FUNC;
    draft.symbol("SECOND", info, second, 0, CODE.len() as u64);
    draft.symbol("FIRST", info, first, 0, CODE.len() as u64);
    let library = draft.library();
    let names: Vec<&str> = library.iter().map(|(_, stencil)| &*stencil.name).collect();
    assert_eq!(names, ["FIRST", "SECOND"]);
}

#[test]
fn sections_and_symbols_with_nothing_to_load_are_no_obstacle() {
    let mut draft = Draft::good();
    draft.section(".text", elf::SHT_PROGBITS, TEXT, &[]);
    draft.section(".data", elf::SHT_PROGBITS, WRITABLE, &[]);
    draft.section(".note.GNU-stack", elf::SHT_PROGBITS, 0, &[]);
    let constants = draft.section(".rodata", elf::SHT_PROGBITS, CONSTANT, &[]);
    draft.section_symbol(constants);
    assert_eq!(draft.library().iter().len(), 1);
}
