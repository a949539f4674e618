//! Functions that cannot become stencils.

use ch02_stencils::StencilId;
use object::elf;

use crate::draft::{CODE, CONSTANT, Draft, GLOBAL_FUNCTION, TEXT};

/// A draft with the function `SUBTRACT` in a section of its own.
fn with_function(
    section: &str,
    flags: u32,
    code: &[u8],
    alignment: u64,
    (offset, size): (u64, u64),
) -> Draft {
    let mut draft = Draft::good();
    let section = draft.aligned_section(section, elf::SHT_PROGBITS, flags, code, alignment);
    draft.symbol("SUBTRACT", GLOBAL_FUNCTION, section, offset, size);
    draft
}

#[test]
fn a_stencil_is_a_whole_section() {
    let message = "stencil `SUBTRACT` is not the whole of section `.text`; \
                   compile with -ffunction-sections";
    for part in [(0, 11), (1, 11), (4, 4), (0, 0)] {
        assert_eq!(with_function(".text", TEXT, &CODE, 1, part).refusal(), message);
    }
}

#[test]
fn a_stencil_is_in_a_section_for_code() {
    assert_eq!(
        with_function(".rodata", CONSTANT, &CODE, 1, (0, 12)).refusal(),
        "stencil `SUBTRACT` is in section `.rodata`, which is not for code"
    );
}

#[test]
fn a_stencil_has_code() {
    assert_eq!(
        with_function(".text.SUBTRACT", TEXT, &[], 1, (0, 0)).refusal(),
        "stencil `SUBTRACT` has no code: whoever goes on there would run into what comes behind it"
    );
}

#[test]
fn no_stencil_relies_on_where_it_is_copied_to() {
    let aligned = |alignment| with_function(".text.SUBTRACT", TEXT, &CODE, alignment, (0, 12));
    assert_eq!(aligned(16).library().iter().len(), 2);
    assert_eq!(
        aligned(32).refusal(),
        "stencil `SUBTRACT` wants to begin at a multiple of 32 bytes, but a stencil is copied to \
         wherever the one before it ends"
    );
}

#[test]
fn two_stencils_cannot_be_the_same_code() {
    let mut draft = with_function(".text.SUBTRACT", TEXT, &CODE, 1, (0, 12));
    let section = draft.section(".text.twice", elf::SHT_PROGBITS, TEXT, &CODE);
    draft.symbol("ONE", GLOBAL_FUNCTION, section, 0, 12);
    draft.symbol("TWO", GLOBAL_FUNCTION, section, 0, 12);
    assert_eq!(draft.refusal(), "stencil `TWO` is the same code as `ONE`; have no aliases");
}

#[test]
fn an_object_has_a_stencil() {
    assert_eq!(
        Draft::empty().refusal(),
        "there is no stencil in the object: no function that is not `static`"
    );
}

/// More than 65,279 sections: some symbols have no room for the number of theirs.
#[test]
fn there_are_as_many_stencils_as_numbers() {
    let mut draft = Draft::empty();
    for number in 0..65_535 {
        draft.function(&format!("F{number}"), &CODE);
    }
    let library = draft.library();
    assert_eq!(library.iter().len(), 65_535);
    assert_eq!(library.get(StencilId(65_534)).name, "F65534");
    draft.function("ONE_MORE", &CODE);
    assert_eq!(draft.refusal(), "the object has 65536 stencils, and there are numbers for 65535");
}
