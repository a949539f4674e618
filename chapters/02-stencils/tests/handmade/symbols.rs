//! Symbols that are damaged, unknown, or have no place among stencils.

use object::LittleEndian;
use object::elf::{self, Sym64};
use object::write::SymbolSection;

use crate::draft::{
    CODE, CONSTANT, Draft, GLOBAL_FUNCTION, GLOBAL_OBJECT, GLOBAL_UNTYPED, WRITABLE, refusal,
    with_symbol,
};

/// What is said of a good object in which this symbol is changed.
fn after(name: &str, change: &dyn Fn(&mut Sym64<LittleEndian>)) -> String {
    refusal(&with_symbol(Draft::good().bytes(), name, change))
}

/// The same refusal with and without a stencil that refers to the symbol.
fn assert_out_of_place(
    symbol: &str,
    add: impl Fn(&mut Draft) -> object::write::SymbolId,
    problem: &str,
) {
    assert_eq!(
        Draft::with_hole_for(&add).refusal(),
        format!(
            "the hole of stencil `ADD` at 0x2, for symbol `{symbol}`, cannot be filled: the symbol {problem}"
        )
    );
    let mut draft = Draft::good();
    add(&mut draft);
    assert_eq!(draft.refusal(), format!("symbol `{symbol}` {problem}"));
}

#[test]
fn undefined_symbols_are_the_drivers_or_an_error() {
    assert_out_of_place(
        "memset",
        |draft| draft.undefined("memset", GLOBAL_UNTYPED),
        "is undefined, and not one of those that the driver fills in",
    );
}

#[test]
fn weak_symbols_are_refused() {
    let info = elf::STB_WEAK << 4;
    let problem = "is weak: it might be replaced, but nobody would do that";
    assert_out_of_place("OTHER", |draft| draft.undefined("OTHER", info), problem);
}

#[test]
fn thread_local_variables_are_refused() {
    let info = elf::STB_GLOBAL << 4 | elf::STT_TLS;
    assert_out_of_place(
        "counter",
        |draft| draft.undefined("counter", info),
        "is a thread-local variable, which stencils cannot have",
    );
}

#[test]
fn common_symbols_are_refused() {
    assert_out_of_place(
        "counter",
        |draft| draft.any_symbol("counter", GLOBAL_OBJECT, SymbolSection::Common, 8, 8),
        "is data that a linker would allocate, and there is no linker",
    );
}

#[test]
fn fixed_addresses_are_refused() {
    assert_out_of_place(
        "screen",
        |draft| draft.any_symbol("screen", GLOBAL_UNTYPED, SymbolSection::Absolute, 0xb8000, 0),
        "is a fixed address; a driver can fill in such a value",
    );
}

#[test]
fn data_that_the_driver_did_not_ask_for_is_refused() {
    for (flags, binding) in [(CONSTANT, elf::STB_GLOBAL), (WRITABLE, elf::STB_LOCAL)] {
        assert_out_of_place(
            "counter",
            |draft| {
                let data = draft.section(".data.counter", elf::SHT_PROGBITS, flags, &[0; 8]);
                draft.symbol("counter", binding << 4 | elf::STT_OBJECT, data, 0, 8)
            },
            "is data in section `.data.counter`, and the driver did not ask for such a table",
        );
    }
}

#[test]
fn static_functions_are_refused() {
    assert_out_of_place(
        "helper",
        |draft| {
            let text = draft.section(".text.helper", elf::SHT_PROGBITS, crate::draft::TEXT, &CODE);
            draft.symbol("helper", elf::STB_LOCAL << 4 | elf::STT_FUNC, text, 0, 12)
        },
        "is local; leave out `static`, or have the function inlined everywhere",
    );
}

#[test]
fn labels_are_refused() {
    assert_out_of_place(
        "label",
        |draft| {
            let text = draft.section(".text.label", elf::SHT_PROGBITS, crate::draft::TEXT, &CODE);
            draft.symbol("label", GLOBAL_UNTYPED, text, 4, 0)
        },
        "is defined here, but neither as a function nor as data",
    );
}

#[test]
fn a_reference_to_a_section_is_refused() {
    let draft = Draft::with_hole_for(|draft| {
        let data = draft.section(".rodata.cst8", elf::SHT_PROGBITS, CONSTANT, &[0; 8]);
        draft.section_symbol(data)
    });
    assert_eq!(
        draft.refusal(),
        "the hole of stencil `ADD` at 0x2, for symbol `.rodata.cst8`, cannot be filled: \
         the symbol is a section of the object: something `static`, a constant without a name, \
         or the table of a `switch` (-fno-jump-tables)"
    );
}

#[test]
fn hidden_symbols_are_refused() {
    assert_eq!(
        after("ADD", &|symbol| symbol.st_other = elf::STV_HIDDEN),
        "symbol `ADD` is hidden from a dynamic linker, and there is none; leave out the visibility"
    );
}

#[test]
fn two_symbols_of_one_name_are_refused() {
    let mut draft = Draft::good();
    draft.function("ADD", &CODE);
    assert_eq!(draft.refusal(), "two symbols are called `ADD`: the file is damaged");
}

#[test]
fn a_function_without_a_name_is_refused() {
    let mut draft = Draft::good();
    draft.function("", &CODE);
    assert_eq!(draft.refusal(), "symbol 3 has no name: the file is damaged");
}

#[test]
fn what_no_abi_defines_is_refused() {
    let info = |binding, kind| move |symbol: &mut Sym64<_>| symbol.st_info = binding << 4 | kind;
    assert_eq!(
        after("ADD", &info(elf::STB_GNU_UNIQUE, elf::STT_FUNC)),
        "symbol `ADD` has 0xa as its binding, which is not known here"
    );
    assert_eq!(
        after("ADD", &info(elf::STB_GLOBAL, elf::STT_GNU_IFUNC)),
        "symbol `ADD` has 0xa as its type, which is not known here"
    );
    assert_eq!(
        after("ADD", &|symbol| symbol.st_other = 0x80),
        "symbol `ADD` has 0x80 as its visibility, which is not known here"
    );
    assert_eq!(
        after("ADD", &|symbol| symbol.st_shndx.set(LittleEndian, 0xff20)),
        "symbol `ADD` has 0xff20 as its section, which is not known here"
    );
}

#[test]
fn symbols_that_lie_nowhere_are_refused() {
    assert_eq!(
        after("ADD", &|symbol| symbol.st_shndx.set(LittleEndian, 77)),
        "symbol `ADD` is in section 77, which does not exist"
    );
    assert_eq!(
        after("ADD", &|symbol| symbol.st_value.set(LittleEndian, 1)),
        "symbol `ADD` has 12 bytes from 0x1, which is more than section `.text.ADD` has"
    );
    assert_eq!(
        after("ADD", &|symbol| symbol.st_value.set(LittleEndian, u64::MAX)),
        "symbol `ADD` has 12 bytes from 0xffffffffffffffff, which is more than section \
         `.text.ADD` has"
    );
}

#[test]
fn a_table_of_symbols_begins_with_none_and_then_the_local_ones() {
    assert_eq!(
        after("", &|symbol| symbol.st_size.set(LittleEndian, 1)),
        "symbol 0 is not empty, though it stands for none: the file is damaged"
    );
    assert_eq!(
        after("NEXT", &|symbol| symbol.st_info = GLOBAL_FUNCTION & 0xf),
        "symbol `NEXT` is on the wrong side of the border between local and other symbols"
    );
}

#[test]
fn a_name_that_cannot_be_read_is_refused() {
    assert_eq!(
        after("NEXT", &|symbol| symbol.st_name.set(LittleEndian, 0xffff)),
        "symbol 2 has no name of at most 1024 bytes of printable UTF-8"
    );
}
