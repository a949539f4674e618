//! Slots with addresses (GOT): which ones code can do without.

use ch03_relocations::arch::Formula;
use ch03_relocations::{BlockId, End, RawHole, RawTarget, Successor};
use object::elf;

use crate::draft::Draft;
use crate::parts::{
    LABEL, NEXT, OUTSIDE, RETURN, VALUE, constant, constants, entry, object, open, part, refusal,
    with_entries, with_hole,
};

/// `mov rax, […]; ret`
const LOAD: [u8; 8] = [0x48, 0x8b, 0x05, 0, 0, 0, 0, 0xc3];

/// `call […]; ret`
const CALL: [u8; 7] = [0xff, 0x15, 0, 0, 0, 0, 0xc3];

/// `jmp […]`
const JUMP: [u8; 6] = [0xff, 0x25, 0, 0, 0, 0];

/// The code, the holes and the end of the only block of this object.
fn block(bytes: &[u8]) -> (Vec<u8>, Vec<RawHole>, End) {
    let block = object(bytes).functions.remove(0).blocks.remove(0);
    (block.code, block.holes, block.end)
}

#[test]
fn a_load_of_a_near_address_becomes_a_computation() {
    for (name, kind) in [("NEXT", NEXT), ("LABEL", LABEL)] {
        let draft = with_hole(&LOAD, 3, elf::R_X86_64_REX_GOTPCRELX, -4, |draft| open(draft, name));
        let (code, holes, end) = block(&draft.bytes());
        // `lea rax, […]; ret`
        assert_eq!(code, [0x48, 0x8d, 0x05, 0, 0, 0, 0, 0xc3]);
        let target = RawTarget::Symbol(kind);
        let hole = RawHole { offset: 3, formula: Formula::Distance, target, addend: -4 };
        assert_eq!((&holes[..], end), (&[hole][..], End::Stop));
    }
}

#[test]
fn a_call_through_a_slot_becomes_a_call() {
    let draft = with_hole(&CALL, 2, elf::R_X86_64_GOTPCRELX, -4, |draft| open(draft, "LABEL"));
    let (code, holes, _) = block(&draft.bytes());
    // `addr32 call …; ret`
    assert_eq!(code, [0x67, 0xe8, 0, 0, 0, 0, 0xc3]);
    let target = RawTarget::Symbol(LABEL);
    assert_eq!(holes, [RawHole { offset: 2, formula: Formula::Call, target, addend: -4 }]);
}

#[test]
fn a_jump_through_a_slot_becomes_a_way_to_go_on() {
    let draft = with_hole(&JUMP, 2, elf::R_X86_64_GOTPCRELX, -4, |draft| open(draft, "NEXT"));
    let (code, holes, end) = block(&draft.bytes());
    assert!(code.is_empty() && holes.is_empty());
    assert_eq!(end, End::Jump(Successor::Symbol(NEXT)));
}

#[test]
fn what_is_far_or_a_number_keeps_its_slot() {
    for (name, kind) in [("OUTSIDE", OUTSIDE), ("VALUE", VALUE)] {
        for (code, place, r_type) in [
            (&LOAD[..], 3, elf::R_X86_64_REX_GOTPCRELX),
            (&CALL, 2, elf::R_X86_64_GOTPCRELX),
            (&JUMP, 2, elf::R_X86_64_GOTPCRELX),
        ] {
            let draft = with_hole(code, place, r_type, -4, |draft| open(draft, name));
            let (kept, holes, end) = block(&draft.bytes());
            assert_eq!(kept, code);
            let (offset, target) = (place as u32, RawTarget::Symbol(kind));
            assert_eq!(holes, [RawHole { offset, formula: Formula::Slot, target, addend: -4 }]);
            assert_eq!(end, End::Stop);
        }
    }
}

#[test]
fn a_slot_stays_where_no_other_instruction_does_the_same() {
    // An old type of relocation, and `cmp qword ptr […], 0`.
    let compare = [0x48, 0x83, 0x3d, 0, 0, 0, 0, 0, 0xc3];
    for (code, r_type, addend) in
        [(&LOAD[..], elf::R_X86_64_GOTPCREL, -4), (&compare, elf::R_X86_64_REX_GOTPCRELX, -5)]
    {
        let draft = with_hole(code, 3, r_type, addend, |draft| open(draft, "NEXT"));
        let (kept, holes, _) = block(&draft.bytes());
        assert_eq!(kept, code);
        let target = RawTarget::Symbol(NEXT);
        assert_eq!(holes, [RawHole { offset: 3, formula: Formula::Slot, target, addend }]);
    }
}

#[test]
fn what_would_read_beside_its_slot_is_refused() {
    for addend in [4, -3, -9, i64::MIN, i64::MAX] {
        for symbol in ["NEXT", "VALUE", "OUTSIDE"] {
            let kind = elf::R_X86_64_REX_GOTPCRELX;
            let draft = with_hole(&LOAD, 3, kind, addend, |draft| open(draft, symbol));
            let message = refusal(&draft.bytes());
            assert!(message.ends_with("is for bytes beside the slot with the symbol's address"));
        }
    }
}

/// An object whose function has a slot for its other block.
fn with_slot_for_a_block(r_type: u32) -> Vec<u8> {
    let mut draft = Draft::empty();
    let add = entry(&mut draft, "ADD", &LOAD);
    let other = part(&mut draft, "ADD", 1, &RETURN);
    draft.relocate(add.section, 3, other.symbol, r_type, -4);
    draft.bytes()
}

/// An object whose function has a slot for a constant.
fn with_slot_for_a_constant(r_type: u32) -> Vec<u8> {
    let draft = with_hole(&LOAD, 3, r_type, -4, |draft| {
        let section = constants(draft, ".rodata.cst8", &[0; 8], 8);
        constant(draft, section, ".LCPI0_0", 0)
    });
    with_entries(&draft, 8)
}

#[test]
fn blocks_and_constants_are_near() {
    for bytes in [
        with_slot_for_a_block(elf::R_X86_64_REX_GOTPCRELX),
        with_slot_for_a_constant(elf::R_X86_64_REX_GOTPCRELX),
    ] {
        let (_, holes, _) = block(&bytes);
        assert_eq!((holes[0].formula, holes[0].addend), (Formula::Distance, -4));
        assert!(!matches!(holes[0].target, RawTarget::Symbol(_)));
    }
    let (_, holes, _) = block(&with_slot_for_a_block(elf::R_X86_64_REX_GOTPCRELX));
    assert_eq!(holes[0].target, RawTarget::Block(BlockId(1)));
}

#[test]
fn there_are_slots_for_symbols_of_the_driver_only() {
    let message = |symbol| {
        format!(
            "the hole of block `ADD` at 0x3, for symbol `{symbol}`, is for a slot with an address \
             of this object; compile with -fno-pic"
        )
    };
    assert_eq!(refusal(&with_slot_for_a_block(elf::R_X86_64_GOTPCREL)), message("ADD.__part.1"));
    assert_eq!(refusal(&with_slot_for_a_constant(elf::R_X86_64_GOTPCREL)), message(".LCPI0_0"));
}
