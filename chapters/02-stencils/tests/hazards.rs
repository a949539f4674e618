//! What the compiler believes about symbols, tried on holes that are otherwise:
//! the pairs of functions in `stencils/fixtures/hazards.c`, with the values at
//! which beliefs end. Chapter 2 of the book, "What Clang believes".
#![cfg(all(target_arch = "x86_64", unix))]
#![expect(unsafe_code, reason = "calls the fixtures' machine code")]

use ch00_workbench::{Holes, Mark, disassemble_stencil};
use ch02_stencils::{CodeBuffer, CodeOffset, StencilLibrary, SymbolTable, Target, extract};

/// Around 0, the alignments, and the limits of 31, 32, 63 and 64 bits. Symbols
/// are believed to lie between 1 and 2^31 - 2^24.
const BOUNDARIES: [u64; 20] = [
    0,
    1,
    2,
    3,
    4,
    7,
    8,
    (1 << 31) - (1 << 24) - 1,
    (1 << 31) - (1 << 24),
    (1 << 31) - 1,
    1 << 31,
    (1 << 31) + 1,
    (1 << 32) - 1,
    1 << 32,
    i64::MAX as u64,
    1 << 63,
    (1 << 63) + 1,
    -8_i64 as u64,
    -2_i64 as u64,
    u64::MAX,
];

/// The functions of `hazards.c`.
struct Fixtures {
    symbols: SymbolTable,
    library: StencilLibrary,
}

impl Fixtures {
    fn load() -> Fixtures {
        let object =
            include_bytes!("../../../stencils/prebuilt/x86_64-unknown-linux-gnu/hazards.o");
        let symbols = SymbolTable::new([
            "HOLE_VALUE",
            "HOLE_OTHER_VALUE",
            "HOLE_DISTANCE",
            "HOLE_OTHER_DISTANCE",
            "HOLE_WIDE",
        ]);
        let library = extract(object, &symbols).unwrap();
        Fixtures { symbols, library }
    }

    /// The names of a function's holes.
    fn holes(&self, name: &str) -> Vec<&str> {
        let stencil = self.library.get(self.library.find(name).unwrap());
        stencil.holes.iter().map(|hole| self.symbol(hole.target)).collect()
    }

    fn symbol(&self, target: Target) -> &str {
        match target {
            Target::Symbol(kind) => self.symbols.name(kind),
            Target::Stencil(_) => unreachable!("no function of `hazards.c` calls another"),
        }
    }

    /// The machine code of a function, with its holes marked.
    fn listing(&self, name: &str) -> String {
        let stencil = self.library.get(self.library.find(name).unwrap());
        let marks: Vec<Mark> = stencil
            .holes
            .iter()
            .map(|hole| Mark {
                bytes: hole.bytes(),
                symbol: self.symbol(hole.target).to_owned(),
                is_address: false,
            })
            .collect();
        disassemble_stencil(&stencil.code, &marks, Holes::Open).to_string()
    }

    /// What a function returns that only computes, with this value in every hole.
    fn compute(&self, name: &str, argument: u64, value: u64) -> u64 {
        assert!(
            !name.starts_with("load") && !name.starts_with("two_stores"),
            "{name} only computes"
        );
        // SAFETY: the function accesses no memory.
        unsafe { self.call(name, argument, |_| value) }
    }

    /// What a function returns when its holes have these values.
    ///
    /// # Safety
    /// What the function takes for an address must be one that it may read or write.
    unsafe fn call(&self, name: &str, argument: u64, value_of: impl Fn(&str) -> u64) -> u64 {
        let stencil = self.library.get(self.library.find(name).unwrap());
        let mut buffer = CodeBuffer::new(stencil.code.len()).unwrap();
        buffer.place(stencil, CodeOffset(0), |target| value_of(self.symbol(target)));
        let code = buffer.publish().unwrap();
        // SAFETY: all functions of `hazards.c` have this type; `code` outlives the
        // call, and the caller vouches for the addresses.
        unsafe { code.function::<unsafe extern "C" fn(u64) -> u64>(CodeOffset(0))(argument) }
    }

    /// That a function returns what it should for every value in its holes.
    #[track_caller]
    fn assert_right(&self, name: &str, argument: u64, expected: impl Fn(u64) -> u64) {
        for value in BOUNDARIES {
            let computed = self.compute(name, argument, value);
            assert_eq!(computed, expected(value), "{name}({argument:#x}) with {value:#x}");
        }
    }
}

#[test]
fn a_word_arrives_with_all_its_bits() {
    let fixtures = Fixtures::load();
    fixtures.assert_right("word", 0, |value| value);
    fixtures.assert_right("low_half_with_sign", 0, |value| value as i32 as u64);
}

// What the header hides from the compiler matters for what it computes, not for
// what is in the hole: in this code model, that has 64 bits in any case.
#[test]
fn in_the_large_code_model_no_hole_is_narrowed() {
    let fixtures = Fixtures::load();
    fixtures.assert_right("raw_word", 0, |value| value);
    fixtures.assert_right("raw_distance", 0, |value| value);
}

#[test]
fn a_distance_is_added_to_an_address() {
    let fixtures = Fixtures::load();
    let base = 0x7fff_1234_5678;
    fixtures.assert_right("address_at_distance", base, |value| base.wrapping_add(value));
}

#[test]
fn memory_is_read_at_a_distance_from_an_address() {
    let fixtures = Fixtures::load();
    let mut memory = vec![0_u64; (1 << 20) / 8 + 1];
    for distance in [0, 8, 1 << 10, 1 << 20] {
        memory.fill(0);
        memory[distance / 8] = 42;
        let address = memory.as_ptr().expose_provenance() as u64;
        // SAFETY: the distance is one within `memory`.
        let read = unsafe { fixtures.call("load_at_distance", address, |_| distance as u64) };
        assert_eq!(read, 42, "at {distance}");
    }
}

#[test]
fn a_word_can_be_tested_against_zero() {
    Fixtures::load().assert_right("zero_test_kept", 0, |value| (value == 0).into());
}

#[test]
fn a_symbol_tested_against_zero_is_never_zero() {
    let fixtures = Fixtures::load();
    for broken in ["zero_test_broken", "zero_distance_broken"] {
        assert_eq!(fixtures.compute(broken, 0, 0), 0, "{broken}");
        assert!(fixtures.holes(broken).is_empty(), "{broken} asks for no value at all");
    }
    insta::assert_snapshot!(fixtures.listing("zero_test_kept"), @r"
    48 b9 [00 00 00 00 00 00 00 00]  mov rcx, HOLE_VALUE
    31 c0                            xor eax, eax
    48 85 c9                         test rcx, rcx
    0f 94 c0                         sete al
    c3                               ret
    ");
    insta::assert_snapshot!(fixtures.listing("zero_test_broken"), @r"
    31 c0  xor eax, eax
    c3     ret
    ");
}

#[test]
fn a_loop_up_to_a_word_may_have_no_round() {
    Fixtures::load().assert_right("rounds_kept", 0, |value| value.div_ceil(8));
}

#[test]
fn a_loop_up_to_a_symbol_has_a_round_too_many_for_zero() {
    let fixtures = Fixtures::load();
    assert_eq!(fixtures.compute("rounds_broken", 0, 0), 1);
    assert_eq!(fixtures.compute("rounds_broken", 0, 1), 1);
    assert_eq!(fixtures.compute("rounds_broken", 0, 9), 2);
}

#[test]
fn a_word_has_a_tag() {
    let fixtures = Fixtures::load();
    fixtures.assert_right("both_even_kept", 6, |value| (value % 2 == 0).into());
    fixtures.assert_right("both_even_kept", 7, |_| 0);
}

#[test]
fn a_function_has_no_tag_and_so_another_values_is_taken_for_both() {
    let fixtures = Fixtures::load();
    fixtures.assert_right("both_even_broken", 6, |_| 1);
    fixtures.assert_right("both_even_broken", 7, |_| 0);
    assert!(fixtures.holes("both_even_broken").is_empty());
    insta::assert_snapshot!(fixtures.listing("both_even_kept"), @r"
    48 b8 [00 00 00 00 00 00 00 00]  mov rax, HOLE_VALUE
    09 f8                            or eax, edi
    f7 d0                            not eax
    83 e0 01                         and eax, 1
    c3                               ret
    ");
    insta::assert_snapshot!(fixtures.listing("both_even_broken"), @r"
    48 89 f8  mov rax, rdi
    f7 d0     not eax
    83 e0 01  and eax, 1
    c3        ret
    ");
}

#[test]
fn a_word_need_not_be_aligned() {
    Fixtures::load().assert_right("alignment_kept", 0, |value| value % 8);
}

#[test]
fn a_symbol_of_a_wider_type_is_believed_to_be_aligned() {
    let fixtures = Fixtures::load();
    fixtures.assert_right("alignment_broken", 0, |_| 0);
    assert!(fixtures.holes("alignment_broken").is_empty());
}

#[test]
fn two_words_may_be_the_same() {
    let fixtures = Fixtures::load();
    fixtures.assert_right("same_kept", 0, |_| 1);
    // SAFETY: the function accesses no memory.
    let other = unsafe { fixtures.call("same_kept", 0, |hole| (hole == "HOLE_VALUE").into()) };
    assert_eq!(other, 0);
}

#[test]
fn two_functions_are_never_the_same() {
    let fixtures = Fixtures::load();
    fixtures.assert_right("same_broken", 0, |_| 0);
    assert!(fixtures.holes("same_broken").is_empty());
}

#[test]
fn two_words_may_be_addresses_of_one_place() {
    assert_eq!(store_twice_in_one_place("two_stores_kept"), 2);
}

#[test]
fn two_arrays_are_never_in_one_place() {
    assert_eq!(store_twice_in_one_place("two_stores_broken"), 1, "what is there now is 2");
}

/// What a function reads where it has stored 1 through one hole and 2 through another.
fn store_twice_in_one_place(name: &str) -> u64 {
    let mut place = 0_u64;
    let address = (&raw mut place).expose_provenance() as u64;
    // SAFETY: both holes have the address of a number that nobody else uses.
    let read = unsafe { Fixtures::load().call(name, 0, |_| address) };
    assert_eq!(place, 2);
    read
}
