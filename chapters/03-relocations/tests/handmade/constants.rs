//! Constants: which are taken, and which not.

use ch03_relocations::arch::Formula;
use ch03_relocations::{Constant, ConstantId, Object, RawHole, RawTarget};
use object::elf;
use object::write::SymbolId;

use crate::draft::{CONSTANT, Draft};
use crate::parts::{RETURN, constant, constants, entry, object, open, refusal, with_entries};

/// Twice `mulsd xmm0, […]` with a distance, an instruction that ends with its hole;
/// `ret`.
const NEAR: [u8; 17] = [0xf2, 0x0f, 0x59, 5, 0, 0, 0, 0, 0xf2, 0x0f, 0x59, 5, 0, 0, 0, 0, 0xc3];

/// Twice `mulsd xmm0, […]` with an address; `ret`.
const ADDRESS: [u8; 19] =
    [0xf2, 0x0f, 0x59, 4, 0x25, 0, 0, 0, 0, 0xf2, 0x0f, 0x59, 4, 0x25, 0, 0, 0, 0, 0xc3];

/// `cmpeqsd xmm0, […]`, an instruction that has a byte behind its hole; `ret`.
const BYTE_BEHIND: [u8; 10] = [0xf2, 0x0f, 0xc2, 5, 0, 0, 0, 0, 0, 0xc3];

/// A number in 8 bytes.
fn bytes(first: u8) -> [u8; 8] {
    [first, 0, 0, 0, 0, 0, 0, 0]
}

/// The numbers 1 and 2 with a label each. What `choose` makes of these labels and
/// of the section's symbol is what a function refers to, by their distances.
fn near(addends: [i64; 2], choose: impl Fn([SymbolId; 3]) -> [SymbolId; 2]) -> Draft {
    two_holes(&NEAR, [4, 12], elf::R_X86_64_PC32, addends, choose)
}

/// The same by addresses.
fn absolute(addends: [i64; 2], choose: impl Fn([SymbolId; 3]) -> [SymbolId; 2]) -> Draft {
    two_holes(&ADDRESS, [5, 14], elf::R_X86_64_32S, addends, choose)
}

fn two_holes(
    code: &[u8],
    places: [u64; 2],
    r_type: u32,
    addends: [i64; 2],
    choose: impl Fn([SymbolId; 3]) -> [SymbolId; 2],
) -> Draft {
    let mut draft = Draft::empty();
    let add = entry(&mut draft, "ADD", code);
    let section = constants(&mut draft, ".rodata.cst8", &[bytes(1), bytes(2)].concat(), 8);
    let labels = [(".LCPI0_0", 0), (".LCPI0_1", 8)];
    let [one, two] = labels.map(|(name, offset)| constant(&mut draft, section, name, offset));
    let symbols = choose([one, two, draft.section_symbol(section)]);
    for ((place, symbol), addend) in places.into_iter().zip(symbols).zip(addends) {
        draft.relocate(add.section, place, symbol, r_type, addend);
    }
    draft
}

fn number(first: u8) -> Constant {
    Constant { bytes: bytes(first).to_vec(), alignment: 8 }
}

fn holes(object: &Object) -> &[RawHole] {
    &object.functions[0].blocks[0].holes
}

#[test]
fn constants_are_taken_one_by_one_as_code_refers_to_them() {
    let draft = near([-4, -4], |[one, two, _]| [two, one]);
    let object = object(&with_entries(&draft, 8));
    assert_eq!(object.constants, [number(2), number(1)]);
    let formula = Formula::Distance;
    let hole = |offset, id| {
        let target = RawTarget::Constant(ConstantId(id));
        RawHole { offset, formula, target, addend: -4 }
    };
    assert_eq!(holes(&object), [hole(4, 0), hole(12, 1)]);
}

#[test]
fn what_no_code_refers_to_is_left_out_and_equal_constants_are_one() {
    let draft = near([-4, -4], |[one, ..]| [one, one]);
    assert_eq!(object(&with_entries(&draft, 8)).constants, [number(1)]);

    let mut draft = Draft::empty();
    let add = entry(&mut draft, "ADD", &NEAR);
    let section = constants(&mut draft, ".rodata.cst8", &[7; 16], 8);
    for (name, offset) in [(".LCPI0_0", 0), (".LCPI0_1", 8)] {
        let label = constant(&mut draft, section, name, offset);
        draft.relocate(add.section, 4 + offset, label, elf::R_X86_64_PC32, -4);
    }
    let object = object(&with_entries(&draft, 8));
    assert_eq!(object.constants, [Constant { bytes: vec![7; 8], alignment: 8 }]);
}

#[test]
fn equal_bytes_with_another_alignment_are_another_constant() {
    let mut draft = Draft::empty();
    let add = entry(&mut draft, "ADD", &NEAR);
    for (place, name, alignment) in [(4, ".rodata.cst8", 8), (12, ".rodata.cst8.other", 16)] {
        let section = constants(&mut draft, name, &[7; 8], alignment);
        let label = constant(&mut draft, section, name, 0);
        draft.relocate(add.section, place, label, elf::R_X86_64_PC32, -4);
    }
    let constants = object(&with_entries(&draft, 8)).constants;
    assert_eq!(constants.iter().map(|constant| constant.alignment).collect::<Vec<_>>(), [8, 16]);
}

#[test]
fn a_hole_may_be_for_a_part_of_a_constant() {
    let draft = near([4, -4], |[one, two, _]| [one, two]);
    let object = object(&with_entries(&draft, 16));
    let addends: Vec<_> = holes(&object).iter().map(|hole| (hole.target, hole.addend)).collect();
    let target = RawTarget::Constant(ConstantId(0));
    assert_eq!(addends, [(target, 4), (target, 4)]);
    assert_eq!(object.constants.len(), 1);
}

#[test]
fn an_instruction_may_have_operands_behind_the_hole() {
    let mut draft = Draft::empty();
    let add = entry(&mut draft, "ADD", &BYTE_BEHIND);
    let section = constants(&mut draft, ".rodata.cst8", &[7; 16], 8);
    let label = constant(&mut draft, section, ".LCPI0_1", 8);
    draft.relocate(add.section, 4, label, elf::R_X86_64_PC32, -5);
    let object = object(&with_entries(&draft, 8));
    let target = RawTarget::Constant(ConstantId(0));
    let formula = Formula::Distance;
    assert_eq!(holes(&object), [RawHole { offset: 4, formula, target, addend: -5 }]);
}

#[test]
fn an_address_may_be_said_by_the_section() {
    let draft = absolute([8, 3], |[.., section]| [section; 2]);
    let object = object(&with_entries(&draft, 8));
    assert_eq!(object.constants, [number(2), number(1)]);
    let addends: Vec<i64> = holes(&object).iter().map(|hole| hole.addend).collect();
    assert_eq!(addends, [0, 3]);
}

#[test]
fn a_distance_from_a_section_is_refused() {
    let draft = near([-4, -4], |[one, _, section]| [one, section]);
    assert_eq!(
        refusal(&with_entries(&draft, 8)),
        "the hole of block `ADD` at 0xc, for symbol `.rodata.cst8`, cannot be filled: the symbol \
         is a section of the object: something `static`, a constant without a name, or the table \
         of a `switch` (-fno-jump-tables)"
    );
}

#[test]
fn a_hole_is_for_a_place_in_the_constant() {
    let message = |place, symbol| {
        format!(
            "the hole of block `ADD` at {place:#x}, for symbol `{symbol}`, is for a place outside \
             of the constant that its symbol stands for"
        )
    };
    for addend in [4, -9, i64::MAX, i64::MIN] {
        let draft = near([addend, -4], |[one, two, _]| [one, two]);
        assert_eq!(refusal(&with_entries(&draft, 8)), message(4, ".LCPI0_0"), "{addend}");
    }
    for addend in [8, -1] {
        let draft = absolute([addend, 0], |[one, two, _]| [one, two]);
        assert_eq!(refusal(&with_entries(&draft, 8)), message(5, ".LCPI0_0"), "{addend}");
    }
    let beyond = absolute([16, 0], |[one, _, section]| [section, one]);
    assert_eq!(refusal(&with_entries(&beyond, 8)), message(5, ".rodata.cst8"));
}

/// What is said of constants of this size that nothing refers to.
fn unused(bytes: &[u8], alignment: u64, size: u64) -> String {
    let mut draft = Draft::empty();
    entry(&mut draft, "ADD", &RETURN);
    constants(&mut draft, ".rodata.cst8", bytes, alignment);
    refusal(&with_entries(&draft, size))
}

#[test]
fn constants_fit_into_registers() {
    assert_eq!(
        unused(&[0; 128], 8, 128),
        "the constants in section `.rodata.cst8` have 128 bytes each, and no register has more \
         than 64"
    );
    assert_eq!(
        unused(&[0; 8], 128, 8),
        "the constants in section `.rodata.cst8` want to begin at a multiple of 128 bytes; 64 is \
         the most there is"
    );
}

#[test]
fn the_last_constant_is_complete() {
    assert_eq!(
        unused(&[0; 12], 8, 8),
        "the constants in section `.rodata.cst8` end within the last one: the file is damaged"
    );
}

#[test]
fn constants_have_only_numbers() {
    let mut draft = Draft::empty();
    entry(&mut draft, "ADD", &RETURN);
    let section = constants(&mut draft, ".rodata.cst8", &[0; 8], 8);
    let next = open(&mut draft, "NEXT");
    draft.relocate(section, 0, next, elf::R_X86_64_64, 0);
    assert_eq!(
        refusal(&with_entries(&draft, 8)),
        "the constants in section `.rodata.cst8` have the address of symbol `NEXT` in them; \
         a constant can only have numbers"
    );
}

#[test]
fn strings_and_other_data_are_no_constants() {
    for flags in [CONSTANT, CONSTANT | elf::SHF_MERGE | elf::SHF_STRINGS] {
        let mut draft = Draft::empty();
        entry(&mut draft, "ADD", &RETURN);
        draft.section(".rodata.cst8", elf::SHT_PROGBITS, flags, &[0; 8]);
        let size = if flags == CONSTANT { 0 } else { 1 };
        assert_eq!(
            refusal(&with_entries(&draft, size)),
            "section `.rodata.cst8` has data, of which stencils have none; \
             find out what in the source or which flag makes it"
        );
    }
}
