//! Sections that cannot become blocks.

use object::elf;

use crate::draft::{CODE, Draft, GLOBAL_UNTYPED, TEXT};
use crate::parts::{BRANCH, JUMP, RETURN, entry, jump, object, open, part, refusal, with_hole};

const LOCAL_UNTYPED: u8 = elf::STB_LOCAL << 4 | elf::STT_NOTYPE;

#[test]
fn the_label_of_a_block_stands_for_the_whole_of_it() {
    for (offset, size) in [(0, 0), (0, 11), (1, 11), (12, 0)] {
        let mut draft = Draft::empty();
        let add = entry(&mut draft, "ADD", &CODE);
        draft.symbol("LABEL_IN_IT", LOCAL_UNTYPED, add.section, offset, size);
        assert_eq!(
            refusal(&draft.bytes()),
            "block `LABEL_IN_IT` is not the whole of section `.text.ADD`; \
             compile with -fbasic-block-sections=all"
        );
    }
}

#[test]
fn a_label_that_others_see_is_no_blocks() {
    let mut draft = Draft::empty();
    let add = entry(&mut draft, "ADD", &CODE);
    draft.symbol("ALIAS", GLOBAL_UNTYPED, add.section, 0, 12);
    assert_eq!(
        refusal(&draft.bytes()),
        "symbol `ALIAS` is defined here, but neither as a function nor as data"
    );
}

#[test]
fn no_block_relies_on_where_it_goes() {
    let aligned = |alignment| {
        let mut draft = Draft::empty();
        let add = entry(&mut draft, "ADD", &JUMP);
        let section =
            draft.aligned_section(".text.ADD", elf::SHT_PROGBITS, TEXT, &RETURN, alignment);
        let other = draft.symbol("ADD.__part.1", LOCAL_UNTYPED, section, 0, 1);
        jump(&mut draft, add, 1, other);
        draft.bytes()
    };
    assert_eq!(object(&aligned(16)).functions[0].blocks.len(), 2);
    assert_eq!(
        refusal(&aligned(32)),
        "block `ADD.__part.1` wants to begin at a multiple of 32 bytes, but it goes wherever \
         there is room"
    );
}

#[test]
fn a_block_consists_of_instructions() {
    // `06` was `push es` before there were 64 bits.
    let mut draft = Draft::empty();
    entry(&mut draft, "ADD", &[0x90, 0x06, 0xc3]);
    assert_eq!(refusal(&draft.bytes()), "block `ADD` has bytes at 0x1 that are no instruction");
}

#[test]
fn holes_are_operands() {
    let code = [0x00, 0x00, 0x00, 0x00, 0xc3];
    let draft = with_hole(&code, 0, elf::R_X86_64_32, 0, |draft| open(draft, "VALUE"));
    assert_eq!(
        refusal(&draft.bytes()),
        "block `ADD` has a hole at 0x0 that is no operand of an instruction"
    );
}

#[test]
fn without_a_hole_no_instruction_leaves_its_block() {
    let mut draft = Draft::empty();
    entry(&mut draft, "ADD", &[0x90, 0xeb, 0x10, 0xc3]);
    assert_eq!(
        refusal(&draft.bytes()),
        "block `ADD` has an instruction at 0x1 that refers to a place outside of the block"
    );
}

#[test]
fn a_block_has_an_end() {
    let message = |block| {
        format!(
            "block {block} runs on into what comes behind it: look for undefined behaviour, \
             after which a compiler writes nothing more"
        )
    };
    let mut draft = Draft::empty();
    entry(&mut draft, "ADD", &[0x90]);
    assert_eq!(refusal(&draft.bytes()), message("`ADD`"));

    let mut draft = Draft::empty();
    let add = entry(&mut draft, "ADD", &JUMP);
    let empty = part(&mut draft, "ADD", 1, &[]);
    jump(&mut draft, add, 1, empty.symbol);
    assert_eq!(refusal(&draft.bytes()), message("`ADD.__part.1`"));
}

#[test]
fn a_block_without_a_label_goes_by_the_number_of_its_section() {
    let mut draft = Draft::empty();
    let add = entry(&mut draft, "ADD", &JUMP);
    let section = draft.section(".text.ADD", elf::SHT_PROGBITS, TEXT, &[0x90]);
    let symbol = draft.section_symbol(section);
    jump(&mut draft, add, 1, symbol);
    // Section 2 is for the relocations of section 1.
    assert!(refusal(&draft.bytes()).starts_with("block 3 (section `.text.ADD`) runs on into"));
}

#[test]
fn code_that_no_function_gets_to_is_refused() {
    let mut draft = Draft::empty();
    entry(&mut draft, "ADD", &RETURN);
    let lost = part(&mut draft, "ADD", 1, &JUMP);
    jump(&mut draft, lost, 1, lost.symbol);
    assert_eq!(
        refusal(&draft.bytes()),
        "block `ADD.__part.1` can be reached from no function: if it is one, give it a name that \
         is not `static`"
    );
}

#[test]
fn a_branch_with_nothing_behind_it_is_no_end() {
    let draft = with_hole(&BRANCH[..6], 2, elf::R_X86_64_PLT32, -4, |draft| open(draft, "NEXT"));
    assert!(refusal(&draft.bytes()).starts_with("block `ADD` runs on into"));
}
