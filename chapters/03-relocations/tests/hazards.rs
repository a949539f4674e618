//! What the compiler believes about symbols, in the medium code model: the pairs of
//! functions in `stencils/fixtures/hazards.c`, some of whose holes have 4 bytes here.
//! Chapter 3 of the book, "Every relocation".
#![cfg(all(target_arch = "x86_64", target_os = "linux"))]
#![expect(unsafe_code, reason = "calls the fixtures' machine code")]

use ch02_stencils::{CodeBuffer, CodeOffset, HoleKind, StencilId};
use ch03_relocations::arch::X86_64;
use ch03_relocations::layout::Peepholes;
use ch03_relocations::link::{CodeMap, HoleResolver, Image, Library, LinkError, Step, Values};
use ch03_relocations::{Role, Symbols};

const OBJECT: &[u8] =
    include_bytes!("../../../stencils/prebuilt/x86_64-unknown-linux-gnu/hazards-medium.o");

/// Around 0, the alignments, and the limits of 31, 32, 63 and 64 bits. Symbols
/// are believed to lie between 1 and 2^31 - 2^24.
const BOUNDARIES: [i64; 22] = [
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
    i64::MAX,
    i64::MIN,
    i64::MIN + 1,
    -(1 << 31) - 1,
    -(1 << 31),
    -8,
    -2,
    -1,
];

/// The functions of `hazards.c`.
struct Fixtures {
    library: Library<X86_64>,
}

/// A function, and the values of its holes.
struct Filled<F> {
    function: StencilId,
    value_of: F,
    symbols: Symbols,
}

impl<F: Fn(&str) -> u64> HoleResolver for Filled<F> {
    fn stencil(&self, _: Step) -> StencilId {
        self.function
    }

    fn fill(&self, _: Step, _: &CodeMap, values: &mut Values) {
        for symbol in self.symbols.table().kinds() {
            values.set(symbol, (self.value_of)(self.symbols.table().name(symbol)));
        }
    }
}

impl Fixtures {
    fn load() -> Fixtures {
        let names =
            ["HOLE_VALUE", "HOLE_OTHER_VALUE", "HOLE_DISTANCE", "HOLE_OTHER_DISTANCE", "HOLE_WIDE"];
        let symbols = Symbols::new(names.map(|name| (name, Role::Number)));
        Fixtures { library: Library::new(OBJECT, symbols, Peepholes::ALL).unwrap() }
    }

    /// What a function returns when its holes have these values.
    ///
    /// # Safety
    /// What the function takes for an address must be one that it may read or write.
    unsafe fn call(
        &self,
        name: &str,
        argument: u64,
        value_of: impl Fn(&str) -> u64,
    ) -> Result<u64, LinkError> {
        let function = self.library.find(name).unwrap();
        let symbols = self.library.symbols().clone();
        let mut image = Image::new();
        self.library.link(1, &Filled { function, value_of, symbols }, &mut image)?;
        let mut buffer = CodeBuffer::new(image.size()).unwrap();
        let address = buffer.address(CodeOffset(0));
        let outside = |symbol: HoleKind| panic!("{symbol:?} is a number");
        image.place(buffer.bytes_mut(), address, outside).unwrap();
        let code = buffer.publish().unwrap();
        // SAFETY: all functions of `hazards.c` have this type; `code` outlives the
        // call, and the caller vouches for the addresses.
        Ok(unsafe { code.function::<unsafe extern "C" fn(u64) -> u64>(CodeOffset(0))(argument) })
    }

    /// What a function returns that only computes, with this value in every hole.
    fn compute(&self, name: &str, argument: u64, value: u64) -> Result<u64, LinkError> {
        assert!(
            !name.starts_with("load") && !name.starts_with("two_stores"),
            "{name} only computes"
        );
        // SAFETY: the function accesses no memory.
        unsafe { self.call(name, argument, |_| value) }
    }

    /// That a function returns what it should for every value in its holes.
    #[track_caller]
    fn assert_right(&self, name: &str, argument: u64, expected: impl Fn(u64) -> u64) {
        for value in BOUNDARIES.map(i64::cast_unsigned) {
            let computed = self.compute(name, argument, value);
            assert_eq!(computed, Ok(expected(value)), "{name}({argument:#x}) with {value:#x}");
        }
    }

    /// The same for a hole that has room only for some values: the others are errors.
    #[track_caller]
    fn assert_right_or_refused(&self, name: &str, fits: impl Fn(i64) -> bool, argument: u64) {
        for value in BOUNDARIES {
            let computed = self.compute(name, argument, value.cast_unsigned());
            if fits(value) {
                let expected = argument.wrapping_add_signed(value);
                assert_eq!(computed, Ok(expected), "{name} with {value:#x}");
            } else {
                let error = computed.expect_err("there is no room for it");
                let LinkError::Range { stencil, symbol, .. } = error else { panic!("{error}") };
                assert_eq!((&*stencil, &*symbol), (name, "HOLE_DISTANCE"));
            }
        }
    }
}

#[test]
fn a_word_still_arrives_with_all_its_bits() {
    let fixtures = Fixtures::load();
    fixtures.assert_right("word", 0, |value| value);
    fixtures.assert_right("raw_word", 0, |value| value);
    fixtures.assert_right("low_half_with_sign", 0, |value| value as i32 as u64);
}

#[test]
fn a_distance_that_is_added_has_4_bytes_and_a_sign() {
    let fits = |value| i32::try_from(value).is_ok();
    Fixtures::load().assert_right_or_refused("address_at_distance", fits, 0x7fff_1234_5678);
}

#[test]
fn a_distance_that_is_a_number_has_4_bytes_and_no_sign() {
    let fits = |value| u32::try_from(value).is_ok();
    Fixtures::load().assert_right_or_refused("raw_distance", fits, 0);
}

#[test]
fn memory_is_read_at_a_distance_on_both_sides_of_an_address() {
    let fixtures = Fixtures::load();
    let middle = 1 << 17;
    let mut memory = vec![0_u64; 2 * middle + 1];
    for distance in [0, 8, -8, 1 << 20, -(1 << 20)] {
        memory.fill(0);
        memory[middle.wrapping_add_signed(distance / 8)] = 42;
        let address = memory[middle..].as_ptr().expose_provenance() as u64;
        // SAFETY: the distance is one within `memory`.
        let read = unsafe { fixtures.call("load_at_distance", address, |_| distance as u64) };
        assert_eq!(read, Ok(42), "at {distance}");
    }
}

#[test]
fn who_keeps_the_rules_is_right_for_every_value() {
    let fixtures = Fixtures::load();
    fixtures.assert_right("zero_test_kept", 0, |value| (value == 0).into());
    fixtures.assert_right("rounds_kept", 0, |value| value.div_ceil(8));
    fixtures.assert_right("both_even_kept", 6, |value| (value % 2 == 0).into());
    fixtures.assert_right("both_even_kept", 7, |_| 0);
    fixtures.assert_right("alignment_kept", 0, |value| value % 8);
    fixtures.assert_right("same_kept", 0, |_| 1);
}

#[test]
fn who_breaks_them_is_as_wrong_as_in_the_large_code_model() {
    let fixtures = Fixtures::load();
    for broken in ["zero_test_broken", "zero_distance_broken", "alignment_broken", "same_broken"] {
        fixtures.assert_right(broken, 0, |_| 0);
    }
    fixtures.assert_right("both_even_broken", 6, |_| 1);
    assert_eq!(fixtures.compute("rounds_broken", 0, 0), Ok(1));
}

/// What a function reads where it has stored 1 through one hole and 2 through another.
fn store_twice_in_one_place(name: &str) -> u64 {
    let mut place = 0_u64;
    let address = (&raw mut place).expose_provenance() as u64;
    // SAFETY: both holes have the address of a number that nobody else uses.
    let read = unsafe { Fixtures::load().call(name, 0, |_| address) };
    assert_eq!(place, 2);
    read.expect("a word has room for an address")
}

#[test]
fn two_words_may_be_addresses_of_one_place_and_two_arrays_are_not() {
    assert_eq!(store_twice_in_one_place("two_stores_kept"), 2);
    assert_eq!(store_twice_in_one_place("two_stores_broken"), 1, "what is there now is 2");
}
