//! Functions that are taken.

use ch03_relocations::arch::{Condition, Formula, X86_64};
use ch03_relocations::read::read;
use ch03_relocations::{Block, BlockId, End, RawHole, RawTarget, Successor};
use object::elf;

use crate::draft::{CODE, CONSTANT, Draft, GLOBAL_OBJECT, TEXT, WRITABLE};
use crate::parts::{
    BRANCH, JUMP, LABEL, NEXT, OUTSIDE, RETURN, VALUE, entry, jump, object, open, part, symbols,
    with_hole,
};

const NOT_EQUAL: Condition = Condition(5);

fn block(id: u32) -> Successor {
    Successor::Block(BlockId(id))
}

#[test]
fn a_function_without_block_sections_is_one_block() {
    // `mov rax, …; jmp …`
    let code = [&CODE[..10], &JUMP].concat();
    let mut draft = Draft::empty();
    let add = entry(&mut draft, "ADD", &code);
    let [next, value] = ["NEXT", "VALUE"].map(|name| open(&mut draft, name));
    draft.relocate(add.section, 2, value, elf::R_X86_64_64, -9);
    jump(&mut draft, add, 11, next);
    let object = object(&draft.bytes());
    let [function] = &object.functions[..] else { panic!("it has one function") };
    assert_eq!(function.name, "ADD");
    let target = RawTarget::Symbol(VALUE);
    assert_eq!(
        function.blocks,
        [Block {
            code: CODE[..10].to_vec(),
            holes: vec![RawHole { offset: 2, formula: Formula::Word, target, addend: -9 }],
            end: End::Jump(Successor::Symbol(NEXT)),
            leaves: false,
        }]
    );
}

#[test]
fn blocks_are_found_by_what_refers_to_them_and_keep_the_order_of_their_sections() {
    let mut draft = Draft::empty();
    let add = entry(&mut draft, "ADD", &BRANCH);
    let [first, second] = [1, 2].map(|number| part(&mut draft, "ADD", number, &JUMP));
    let third = part(&mut draft, "ADD", 3, &RETURN);
    let label = open(&mut draft, "LABEL");
    let of_second = draft.section_symbol(second.section);
    jump(&mut draft, add, 2, third.symbol);
    jump(&mut draft, add, 7, of_second);
    jump(&mut draft, second, 1, first.symbol);
    jump(&mut draft, first, 1, label);
    let object = object(&draft.bytes());
    let blocks = &object.functions[0].blocks;
    let ends: Vec<End> = blocks.iter().map(|block| block.end).collect();
    assert_eq!(
        ends,
        [
            End::Branch { condition: NOT_EQUAL, taken: block(3), otherwise: block(2) },
            End::Jump(Successor::Symbol(LABEL)),
            End::Jump(block(1)),
            End::Stop,
        ]
    );
    assert!(blocks.iter().all(|block| block.holes.is_empty()));
    assert_eq!(blocks.iter().map(|block| block.code.len()).collect::<Vec<_>>(), [0, 0, 0, 1]);
    assert_eq!(
        blocks.iter().map(|block| block.leaves).collect::<Vec<_>>(),
        [false, false, false, true]
    );
}

#[test]
fn a_function_goes_back_to_its_entry_by_its_name_or_its_section() {
    let mut draft = Draft::empty();
    let add = entry(&mut draft, "ADD", &JUMP);
    let loops = part(&mut draft, "ADD", 1, &BRANCH);
    let of_add = draft.section_symbol(add.section);
    jump(&mut draft, add, 1, loops.symbol);
    jump(&mut draft, loops, 2, add.symbol);
    jump(&mut draft, loops, 7, of_add);
    let end = object(&draft.bytes()).functions[0].blocks[1].end;
    assert_eq!(end, End::Branch { condition: NOT_EQUAL, taken: block(0), otherwise: block(0) });
}

#[test]
fn only_the_last_branch_is_the_end_of_a_block() {
    // `je …; jne …; jmp …`
    let code = [&[0x0f, 0x84, 0, 0, 0, 0], &BRANCH[..]].concat();
    let mut draft = Draft::empty();
    let add = entry(&mut draft, "ADD", &code);
    let exit = part(&mut draft, "ADD", 1, &RETURN);
    let [next, label] = ["NEXT", "LABEL"].map(|name| open(&mut draft, name));
    jump(&mut draft, add, 2, exit.symbol);
    jump(&mut draft, add, 8, label);
    jump(&mut draft, add, 13, next);
    let object = object(&draft.bytes());
    let [first, _] = &object.functions[0].blocks[..] else { panic!("it has two blocks") };
    assert_eq!(first.code, code[..6]);
    let target = RawTarget::Block(BlockId(1));
    assert_eq!(first.holes, [RawHole { offset: 2, formula: Formula::Call, target, addend: -4 }]);
    let (taken, otherwise) = (Successor::Symbol(LABEL), Successor::Symbol(NEXT));
    assert_eq!(first.end, End::Branch { condition: NOT_EQUAL, taken, otherwise });
}

#[test]
fn a_block_that_only_an_address_leads_to_is_part_of_its_function() {
    // `lea rax, […]; jmp rax`
    let code = [0x48, 0x8d, 0x05, 0, 0, 0, 0, 0xff, 0xe0];
    let mut draft = Draft::empty();
    let add = entry(&mut draft, "ADD", &code);
    let other = part(&mut draft, "ADD", 1, &RETURN);
    draft.relocate(add.section, 3, other.symbol, elf::R_X86_64_PC32, -4);
    let object = object(&draft.bytes());
    let first = &object.functions[0].blocks[0];
    let target = RawTarget::Block(BlockId(1));
    assert_eq!(
        first.holes,
        [RawHole { offset: 3, formula: Formula::Distance, target, addend: -4 }]
    );
    assert_eq!((first.end, first.leaves), (End::Stop, false));
}

#[test]
fn holes_are_sorted_and_have_the_formulas_of_their_types() {
    let mut draft = Draft::empty();
    // `mov eax, …; mov rax, …; mov rax, […]; call …; ret`
    let code = [
        0xb8, 0, 0, 0, 0, 0x48, 0xc7, 0xc0, 0, 0, 0, 0, 0x48, 0x8b, 0x05, 0, 0, 0, 0, 0xe8, 0, 0,
        0, 0, 0xc3,
    ];
    let add = entry(&mut draft, "ADD", &code);
    let [value, outside] = ["VALUE", "OUTSIDE"].map(|name| open(&mut draft, name));
    draft.relocate(add.section, 20, outside, elf::R_X86_64_PLT32, -4);
    draft.relocate(add.section, 15, outside, elf::R_X86_64_PC32, 4);
    draft.relocate(add.section, 8, value, elf::R_X86_64_32S, 7);
    draft.relocate(add.section, 1, value, elf::R_X86_64_32, 0);
    let object = object(&draft.bytes());
    let block = &object.functions[0].blocks[0];
    let hole = |offset, formula, kind, addend| RawHole {
        offset,
        formula,
        target: RawTarget::Symbol(kind),
        addend,
    };
    assert_eq!(
        block.holes,
        [
            hole(1, Formula::Unsigned, VALUE, 0),
            hole(8, Formula::Signed, VALUE, 7),
            hole(15, Formula::Distance, OUTSIDE, 4),
            hole(20, Formula::Call, OUTSIDE, -4),
        ]
    );
    assert_eq!((block.end, block.leaves), (End::Stop, true));
}

#[test]
fn a_jump_may_go_to_whatever_a_symbol_stands_for() {
    for (name, kind) in [("NEXT", NEXT), ("LABEL", LABEL), ("VALUE", VALUE), ("OUTSIDE", OUTSIDE)] {
        for r_type in [elf::R_X86_64_PLT32, elf::R_X86_64_PC32] {
            let draft = with_hole(&JUMP, 1, r_type, -4, |draft| open(draft, name));
            let end = object(&draft.bytes()).functions[0].blocks[0].end;
            assert_eq!(end, End::Jump(Successor::Symbol(kind)));
        }
    }
}

#[test]
fn functions_have_blocks_of_their_own_and_the_order_of_their_sections() {
    let mut draft = Draft::empty();
    for name in ["ADD", "SUBTRACT"] {
        let first = entry(&mut draft, name, &JUMP);
        let second = part(&mut draft, name, 1, &RETURN);
        jump(&mut draft, first, 1, second.symbol);
    }
    let functions = object(&draft.bytes()).functions;
    let names: Vec<&str> = functions.iter().map(|function| &*function.name).collect();
    assert_eq!(names, ["ADD", "SUBTRACT"]);
    assert!(functions.iter().all(|function| function.blocks[0].end == End::Jump(block(1))));
}

#[test]
fn sections_and_symbols_with_nothing_to_load_are_no_obstacle() {
    let mut draft = Draft::empty();
    entry(&mut draft, "ADD", &RETURN);
    let empty = draft.section(".text", elf::SHT_PROGBITS, TEXT, &[]);
    draft.section_symbol(empty);
    draft.section(".data", elf::SHT_PROGBITS, WRITABLE, &[]);
    draft.section(".note.GNU-stack", elf::SHT_PROGBITS, 0, &[]);
    assert_eq!(object(&draft.bytes()).functions.len(), 1);
}

#[test]
fn data_tables_are_read_as_in_chapter_2() {
    let mut draft = Draft::empty();
    entry(&mut draft, "ADD", &RETURN);
    let section = draft.section(".lrodata.abi", elf::SHT_PROGBITS, CONSTANT, b"ten bytes.");
    draft.symbol("abi", GLOBAL_OBJECT, section, 0, 10);
    let bytes = draft.bytes();
    let object = read::<X86_64>(&bytes, &symbols().with_data_table("abi")).expect("it is good");
    assert_eq!(object.tables, [("abi".to_owned(), b"ten bytes.".to_vec())]);
    let error = read::<X86_64>(&bytes, &symbols()).expect_err("nobody asks for it").to_string();
    assert_eq!(
        error,
        "symbol `abi` is data in section `.lrodata.abi`, and the driver did not ask for such a table"
    );
}
