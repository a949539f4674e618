//! Objects that chapter 2's reader would not take either, for reasons that blocks
//! and constants do not change.

use object::elf;

use crate::draft::{Draft, GLOBAL_FUNCTION, TEXT};
use crate::parts::{JUMP, RETURN, entry, open, refusal};

#[test]
fn what_is_no_object_file_is_refused() {
    assert_eq!(
        refusal(b"no object"),
        "this is no object file: its first bytes are those of no format known here"
    );
}

#[test]
fn an_object_has_a_function() {
    assert_eq!(
        refusal(&Draft::empty().bytes()),
        "there is no stencil in the object: no function that is not `static`"
    );
}

#[test]
fn a_symbol_that_nothing_refers_to_is_still_looked_at() {
    let mut draft = Draft::empty();
    entry(&mut draft, "ADD", &RETURN);
    open(&mut draft, "memset");
    assert_eq!(
        refusal(&draft.bytes()),
        "symbol `memset` is undefined, and not one of those that the driver fills in"
    );
}

#[test]
fn a_function_is_the_whole_of_its_first_block() {
    let mut draft = Draft::empty();
    let section = draft.section(".text.ADD", elf::SHT_PROGBITS, TEXT, &JUMP);
    draft.symbol("ADD", GLOBAL_FUNCTION, section, 0, 4);
    assert_eq!(
        refusal(&draft.bytes()),
        "stencil `ADD` is not the whole of section `.text.ADD`; compile with -ffunction-sections"
    );
}
