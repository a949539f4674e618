//! Data tables that the driver asks for.

use ch02_stencils::{ExtractError, StencilLibrary, extract};
use object::elf;

use crate::draft::{CONSTANT, Draft, GLOBAL_OBJECT, GLOBAL_UNTYPED, PLACE, WRITABLE, symbols};

fn extract_with_table(draft: &Draft) -> Result<StencilLibrary, ExtractError> {
    extract(&draft.bytes(), &symbols().with_data_table("abi"))
}

fn refusal(draft: &Draft) -> String {
    extract_with_table(draft).expect_err("the table is bad").to_string()
}

/// A draft with the table `abi` in a section of ten bytes.
fn with_table(flags: u32, (offset, size): (u64, u64)) -> Draft {
    let mut draft = Draft::good();
    let section = draft.section(".rodata.abi", elf::SHT_PROGBITS, flags, b"ten bytes.");
    draft.symbol("abi", GLOBAL_OBJECT, section, offset, size);
    draft
}

#[test]
fn a_table_is_extracted_if_the_driver_asks_for_it() {
    let library = extract_with_table(&with_table(CONSTANT, (0, 10))).expect("it is good");
    assert_eq!(library.table("abi"), Some(&b"ten bytes."[..]));
    assert_eq!(library.table("API"), None);
}

#[test]
fn a_table_is_in_the_object() {
    assert_eq!(refusal(&Draft::good()), "data table `abi` is not in the object");
}

#[test]
fn a_table_is_constant() {
    assert_eq!(
        refusal(&with_table(WRITABLE, (0, 10))),
        "data table `abi` is in section `.rodata.abi`, which is not for constant data; \
         declare it `const`"
    );
}

#[test]
fn a_table_is_a_whole_section() {
    let message = "data table `abi` is not the whole of section `.rodata.abi`; \
                   compile with -fdata-sections";
    assert_eq!(refusal(&with_table(CONSTANT, (0, 9))), message);
    assert_eq!(refusal(&with_table(CONSTANT, (2, 8))), message);
}

#[test]
fn a_table_has_only_numbers() {
    let mut draft = Draft::good();
    let section = draft.section(".rodata.abi", elf::SHT_PROGBITS, CONSTANT, &[0; 16]);
    draft.symbol("abi", GLOBAL_OBJECT, section, 0, 16);
    let other = draft.undefined("OTHER", GLOBAL_UNTYPED);
    draft.relocate(section, 8, other, elf::R_X86_64_64, 0);
    assert_eq!(
        refusal(&draft),
        "data table `abi` has the address of symbol `OTHER` in it; a table can only have numbers"
    );
}

#[test]
fn two_tables_cannot_be_the_same_data() {
    let mut draft = Draft::good();
    let section = draft.section(".rodata.abi", elf::SHT_PROGBITS, CONSTANT, &[0; 16]);
    draft.symbol("abi", GLOBAL_OBJECT, section, 0, 16);
    draft.symbol("API", GLOBAL_OBJECT, section, 0, 16);
    let symbols = symbols().with_data_table("abi").with_data_table("API");
    assert_eq!(
        extract(&draft.bytes(), &symbols).expect_err("the table is bad").to_string(),
        "data table `API` is the same data as `abi`; have no aliases"
    );
}

#[test]
fn no_stencil_refers_to_a_table() {
    let mut draft = with_table(CONSTANT, (0, 10));
    let reader = draft.function("READER", &crate::draft::CODE);
    let data = draft.section(".rodata.API", elf::SHT_PROGBITS, CONSTANT, &[0; 4]);
    let table = draft.symbol("API", GLOBAL_OBJECT, data, 0, 4);
    draft.relocate(reader, PLACE, table, elf::R_X86_64_64, 0);
    let symbols = symbols().with_data_table("abi").with_data_table("API");
    assert_eq!(
        extract(&draft.bytes(), &symbols).expect_err("nobody loads it").to_string(),
        "the hole of stencil `READER` at 0x2, for symbol `API`, cannot be filled: \
         the symbol is a data table, which only the driver can read"
    );
}
