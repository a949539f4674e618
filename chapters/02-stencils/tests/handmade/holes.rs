//! Relocations that cannot become holes.

use object::LittleEndian;
use object::elf::{self, Rela64};

use crate::draft::{CODE, Draft, GLOBAL_UNTYPED, PLACE, refusal, with_relocation};

/// What is said of a good object in which the relocation of `ADD` is changed.
fn after(change: &dyn Fn(&mut Rela64<LittleEndian>)) -> String {
    refusal(&with_relocation(Draft::good().bytes(), ".text.ADD", change))
}

/// What is said of relocations of `ADD` for `NEXT` at these places.
fn with_holes_at(code: &[u8], places: &[u64]) -> String {
    let mut draft = Draft::empty();
    let add = draft.function("ADD", code);
    let next = draft.undefined("NEXT", GLOBAL_UNTYPED);
    for &place in places {
        draft.relocate(add, place, next, elf::R_X86_64_64, 0);
    }
    draft.refusal()
}

#[test]
fn other_types_of_relocations_are_refused_by_name() {
    let reason =
        |r_type| after(&|relocation| relocation.set_r_info(LittleEndian, false, 2, r_type));
    let message = |name, cure| {
        format!(
            "the hole of stencil `ADD` at 0x2, for symbol `NEXT`, is {name}, \
             and only R_X86_64_64 can be filled; {cure}"
        )
    };
    for (r_type, name) in [
        (elf::R_X86_64_PC32, "R_X86_64_PC32"),
        (elf::R_X86_64_PLT32, "R_X86_64_PLT32"),
        (elf::R_X86_64_32S, "R_X86_64_32S"),
        (elf::R_X86_64_PC64, "R_X86_64_PC64"),
    ] {
        assert_eq!(reason(r_type), message(name, "compile with -mcmodel=large"));
    }
    assert_eq!(
        reason(elf::R_X86_64_REX_GOTPCRELX),
        message("R_X86_64_REX_GOTPCRELX", "compile with -fno-pic and -mcmodel=large")
    );
    for (r_type, name) in [
        (elf::R_X86_64_GOTTPOFF, "R_X86_64_GOTTPOFF"),
        (elf::R_X86_64_TLSGD, "R_X86_64_TLSGD"),
        (elf::R_X86_64_DTPOFF32, "R_X86_64_DTPOFF32"),
    ] {
        assert_eq!(reason(r_type), message(name, "stencils cannot have thread-local variables"));
    }
    assert_eq!(
        reason(200),
        message("a relocation of the unknown type 200", "compile with -mcmodel=large")
    );
}

#[test]
fn a_hole_ends_within_its_stencil() {
    assert_eq!(
        with_holes_at(&[0; 12], &[5]),
        "the hole of stencil `ADD` at 0x5, for symbol `NEXT`, ends outside of the stencil, \
         which has 12 bytes"
    );
    assert_eq!(
        with_holes_at(&[0; 12], &[12]),
        "relocation 0 in section `.rela.text.ADD` is for byte 0xc, \
         which section `.text.ADD` does not have"
    );
    assert_eq!(
        after(&|relocation| relocation.r_offset.set(LittleEndian, u64::MAX)),
        "relocation 0 in section `.rela.text.ADD` is for byte 0xffffffffffffffff, \
         which section `.text.ADD` does not have"
    );
}

#[test]
fn holes_do_not_overlap() {
    let message = |place| {
        format!(
            "the hole of stencil `ADD` at {place:#x}, for symbol `NEXT`, begins within the hole before it"
        )
    };
    assert_eq!(with_holes_at(&[0; 32], &[0, 16, 7]), message(7));
    assert_eq!(with_holes_at(&[0; 32], &[8, 8]), message(8));
}

#[test]
fn a_hole_is_empty() {
    let mut code = CODE;
    code[PLACE as usize + 7] = 1;
    assert_eq!(
        with_holes_at(&code, &[PLACE]),
        "the hole of stencil `ADD` at 0x2, for symbol `NEXT`, is not empty: \
         what to add to a value belongs into the relocation, not into the code"
    );
}

#[test]
fn a_hole_is_for_a_symbol() {
    let for_symbol = |symbol| {
        after(&|relocation| {
            relocation.set_r_info(LittleEndian, false, symbol, elf::R_X86_64_64);
        })
    };
    assert_eq!(
        for_symbol(0),
        "the hole of stencil `ADD` at 0x2, for symbol 0, cannot be filled: the symbol is missing"
    );
    assert_eq!(
        for_symbol(3),
        "relocation 0 in section `.rela.text.ADD` refers to symbol 3, which does not exist"
    );
}
