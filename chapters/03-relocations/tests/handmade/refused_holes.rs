//! Relocations that cannot become holes.

use object::elf;
use object::write::SymbolId;

use crate::draft::{CODE, CONSTANT, Draft, PLACE};
use crate::parts::{
    JUMP, RETURN, constant, constants, entry, jump, open, part, refusal, with_entries, with_hole,
};

/// What is said of a hole in `mov rax, …; jmp rax`.
fn with_word(symbol: impl FnOnce(&mut Draft) -> SymbolId) -> String {
    refusal(&with_hole(&CODE, PLACE, elf::R_X86_64_64, 0, symbol).bytes())
}

fn message(symbol: &str, problem: &str) -> String {
    format!("the hole of block `ADD` at 0x2, for symbol `{symbol}`, {problem}")
}

#[test]
fn other_types_of_relocations_are_refused_by_name() {
    let reason = |r_type| {
        let draft = with_hole(&CODE, PLACE, r_type, 0, |draft| open(draft, "VALUE"));
        refusal(&draft.bytes())
    };
    for (r_type, name, cure) in [
        (elf::R_X86_64_PC64, "R_X86_64_PC64", "compile with -mcmodel=medium"),
        (elf::R_X86_64_8, "R_X86_64_8", "compile with -mcmodel=medium"),
        (200, "a relocation of the unknown type 200", "compile with -mcmodel=medium"),
        (elf::R_X86_64_GOTOFF64, "R_X86_64_GOTOFF64", "compile with -fno-pic and -mcmodel=medium"),
        (elf::R_X86_64_PLTOFF64, "R_X86_64_PLTOFF64", "compile with -fno-pic and -mcmodel=medium"),
        (
            elf::R_X86_64_GOTTPOFF,
            "R_X86_64_GOTTPOFF",
            "stencils cannot have thread-local variables",
        ),
        (elf::R_X86_64_TLSGD, "R_X86_64_TLSGD", "stencils cannot have thread-local variables"),
        (elf::R_X86_64_TPOFF32, "R_X86_64_TPOFF32", "stencils cannot have thread-local variables"),
    ] {
        let problem = format!("is {name}, which cannot be filled; {cure}");
        assert_eq!(reason(r_type), message("VALUE", &problem));
    }
}

/// What is said of relocations of `ADD` at these places, 4 bytes each.
fn with_holes_at(code: &[u8], places: &[u64]) -> String {
    let mut draft = Draft::empty();
    let add = entry(&mut draft, "ADD", code);
    let value = open(&mut draft, "VALUE");
    for &place in places {
        draft.relocate(add.section, place, value, elf::R_X86_64_32, 0);
    }
    refusal(&draft.bytes())
}

#[test]
fn a_hole_ends_within_its_block() {
    assert_eq!(
        with_holes_at(&[0; 5], &[2]),
        message("VALUE", "ends outside of the block, which has 5 bytes")
    );
}

#[test]
fn holes_do_not_overlap() {
    for places in [[0, 2], [2, 2]] {
        let problem = "begins within the hole before it";
        assert_eq!(with_holes_at(&[0; 12], &places), message("VALUE", problem));
    }
}

#[test]
fn a_hole_is_empty() {
    assert_eq!(
        with_holes_at(&[0x90, 0xb8, 0, 0, 0, 1, 0xc3], &[2]),
        message(
            "VALUE",
            "is not empty: what to add to a value belongs into the relocation, not into the code"
        )
    );
}

#[test]
fn a_hole_is_for_a_symbol_that_the_driver_knows() {
    assert_eq!(
        with_word(|draft| open(draft, "memset")),
        message(
            "memset",
            "cannot be filled: the symbol is undefined, and not one of those that the driver \
             fills in"
        )
    );
}

#[test]
fn data_that_is_no_constant_cannot_be_referred_to() {
    assert_eq!(
        with_word(|draft| {
            let data = draft.section(".rodata.table", elf::SHT_PROGBITS, CONSTANT, &[0; 8]);
            draft.section_symbol(data)
        }),
        message(
            ".rodata.table",
            "cannot be filled: the symbol is a section of the object: something `static`, a \
             constant without a name, or the table of a `switch` (-fno-jump-tables)"
        )
    );
}

#[test]
fn functions_do_not_refer_to_each_other() {
    let problem = "is for another function of the object; have that inlined";
    let other = |draft: &mut Draft| entry(draft, "SUBTRACT", &RETURN);
    assert_eq!(with_word(|draft| other(draft).symbol), message("SUBTRACT", problem));
    assert_eq!(
        with_word(|draft| {
            let section = other(draft).section;
            draft.section_symbol(section)
        }),
        message(".text.SUBTRACT", problem)
    );
}

#[test]
fn a_block_is_one_functions() {
    let mut draft = Draft::empty();
    let functions = ["ADD", "SUBTRACT"].map(|name| entry(&mut draft, name, &JUMP));
    let shared = part(&mut draft, "ADD", 1, &RETURN);
    for function in functions {
        jump(&mut draft, function, 1, shared.symbol);
    }
    assert_eq!(
        refusal(&draft.bytes()),
        "the hole of block `SUBTRACT` at 0x1, for symbol `ADD.__part.1`, is for a block that \
         function `ADD` goes to as well; each needs its own"
    );
}

#[test]
fn only_the_start_of_a_block_can_be_found() {
    let problem = "is for a place within a block, where nothing can be found after linking";
    let symbol = |draft: &mut Draft| {
        let section = draft.section(".text.ADD", elf::SHT_PROGBITS, crate::draft::TEXT, &RETURN);
        let label = elf::STB_LOCAL << 4 | elf::STT_NOTYPE;
        draft.symbol("ADD.__part.1", label, section, 1, 0)
    };
    assert_eq!(with_word(symbol), message("ADD.__part.1", problem));
    for (r_type, addend) in [(elf::R_X86_64_64, 1), (elf::R_X86_64_PC32, -5)] {
        let draft =
            with_hole(&CODE, PLACE, r_type, addend, |draft| part(draft, "ADD", 1, &RETURN).symbol);
        assert_eq!(refusal(&draft.bytes()), message("ADD.__part.1", problem));
    }
}

#[test]
fn a_jump_goes_to_where_something_begins() {
    let problem = "is a jump's, which can only go to the start of a block, or to a symbol";
    let expected =
        |symbol| format!("the hole of block `ADD` at 0x1, for symbol `{symbol}`, {problem}");
    for (r_type, addend) in [
        (elf::R_X86_64_PLT32, -3),
        (elf::R_X86_64_32S, 0),
        (elf::R_X86_64_32, -4),
        (elf::R_X86_64_GOTPCREL, -4),
    ] {
        let draft = with_hole(&JUMP, 1, r_type, addend, |draft| open(draft, "NEXT"));
        assert_eq!(refusal(&draft.bytes()), expected("NEXT"));
    }
    let draft = with_hole(&JUMP, 1, elf::R_X86_64_PC32, -4, |draft| {
        let section = constants(draft, ".rodata.cst8", &[0; 8], 8);
        constant(draft, section, ".LCPI0_0", 0)
    });
    assert_eq!(refusal(&with_entries(&draft, 8)), expected(".LCPI0_0"));
}
