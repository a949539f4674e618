//! Values at the edges of what their holes have room for, linked and executed: the
//! code returns the value, or there is none.
#![expect(unsafe_code, reason = "calls the code that it has linked")]

use ch02_stencils::{Code, CodeAddress, CodeBuffer, CodeOffset, StencilId};
use ch03_relocations::arch::{Overflow, X86_64};
use ch03_relocations::layout::{PartName, Peepholes};
use ch03_relocations::link::{Image, KeptTarget, Library, LinkError, PlaceError, Step};
use object::elf::{
    R_X86_64_32, R_X86_64_32S, R_X86_64_64, R_X86_64_GOTPCREL, R_X86_64_PC32, R_X86_64_PLT32,
    R_X86_64_REX_GOTPCRELX,
};

use crate::made::{Maker, OUTSIDE, symbols};
use crate::steps::{Uniform, link};

/// Where ranges begin and end.
const EDGES: [i64; 8] = [0, 1, -1, i32::MAX as i64, i32::MIN as i64, 1 << 31, i64::MAX, i64::MIN];

/// A function of one block, named `f`.
fn library(code: &[u8], place: u64, kind: u32, symbol: &str, addend: i64) -> Library<X86_64> {
    let mut maker = Maker::new();
    maker.add("f", code, &[(place, kind, symbol, addend)]);
    maker.library(symbols(), Peepholes::ALL).expect("it is good")
}

/// Links the function with this value in its hole.
fn linked(library: &Library<X86_64>, value: i64) -> Result<Image<X86_64>, LinkError> {
    let mut image = Image::new();
    let steps = Uniform { stencils: vec![StencilId(0)], value: value.cast_unsigned() };
    link(library, &steps, &mut image).map(|()| image)
}

/// Places it in memory of its own. `outside` is told where.
fn placed(image: &Image<X86_64>, outside: impl Fn(CodeAddress) -> u64) -> Result<Code, PlaceError> {
    let mut buffer = CodeBuffer::new(image.size()).expect("there is memory");
    let address = buffer.address(CodeOffset(0));
    image.place(buffer.bytes_mut(), address, |_| outside(address))?;
    Ok(buffer.publish().expect("code may be executed"))
}

/// What the function returns.
fn returned(code: &Code) -> i64 {
    // SAFETY: the code is a function that has no arguments and returns a number, and
    // accesses nothing but its own slot; it lives until it has returned.
    unsafe { code.function::<unsafe extern "C" fn() -> i64>(CodeOffset(0))() }
}

/// `mov rax, …; ret`, with a hole of 8 bytes.
const WORD: [u8; 11] = [0x48, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0xc3];

/// `mov eax, …; ret`
const UNSIGNED: [u8; 6] = [0xb8, 0, 0, 0, 0, 0xc3];

/// `mov rax, …; ret`, with a hole of 4 bytes.
const SIGNED: [u8; 8] = [0x48, 0xc7, 0xc0, 0, 0, 0, 0, 0xc3];

/// `mov rax, […]; ret`
const LOAD: [u8; 8] = [0x48, 0x8b, 0x05, 0, 0, 0, 0, 0xc3];

/// `lea rax, […]; ret`
const ADDRESS: [u8; 8] = [0x48, 0x8d, 0x05, 0, 0, 0, 0, 0xc3];

/// Where the distance in this instruction counts from.
const BEHIND_ADDRESS: u64 = 7;

#[test]
fn a_word_and_a_slot_have_room_for_every_value() {
    for value in EDGES {
        for (code, place, kind, addend) in
            [(&WORD[..], 2, R_X86_64_64, 0), (&LOAD, 3, R_X86_64_GOTPCREL, -4)]
        {
            let library = library(code, place, kind, "VALUE", addend);
            let image = linked(&library, value).expect("there is room");
            assert_eq!(returned(&placed(&image, |_| 0).expect("nothing is far")), value);
        }
    }
}

#[test]
fn a_word_wraps_around_with_what_is_added() {
    let library = library(&WORD, 2, R_X86_64_64, "VALUE", 1);
    for value in EDGES {
        let image = linked(&library, value).expect("there is room");
        let code = placed(&image, |_| 0).expect("nothing is far");
        assert_eq!(returned(&code), value.wrapping_add(1));
    }
}

/// Checks that the values in a hole of 4 bytes arrive if they fit, and else are an
/// error that names them.
fn check_half(code: &[u8], place: u64, kind: u32, fits: std::ops::RangeInclusive<i128>) {
    for (value, addend) in EDGES.into_iter().flat_map(|value| [-1, 0, 1].map(|add| (value, add))) {
        let library = library(code, place, kind, "VALUE", addend);
        let sum = value.wrapping_add(addend);
        let number = if *fits.start() < 0 { i128::from(sum) } else { sum.cast_unsigned().into() };
        let result = linked(&library, value);
        if fits.contains(&number) {
            let image = result.unwrap_or_else(|error| panic!("{value:#x}{addend:+}: {error}"));
            assert_eq!(returned(&placed(&image, |_| 0).expect("nothing is far")), sum);
        } else {
            let expected = LinkError::Range {
                step: Step(0),
                stencil: "f".to_owned(),
                part: PartName::Hot,
                offset: place as u32,
                symbol: "VALUE".to_owned(),
                overflow: Overflow { value: number, min: *fits.start(), max: *fits.end() },
            };
            assert_eq!(result.expect_err("there is no room"), expected);
        }
    }
}

#[test]
fn an_unsigned_half_has_room_from_0_to_2_to_the_32() {
    check_half(&UNSIGNED, 1, R_X86_64_32, 0..=u32::MAX.into());
}

#[test]
fn a_signed_half_has_room_from_minus_2_to_the_31_on() {
    check_half(&SIGNED, 3, R_X86_64_32S, i32::MIN.into()..=i32::MAX.into());
}

#[test]
fn an_address_outside_has_room_in_a_word_and_in_a_slot() {
    for (code, place, kind, addend) in
        [(&WORD[..], 2, R_X86_64_64, 0), (&LOAD, 3, R_X86_64_GOTPCREL, -4)]
    {
        let image = linked(&library(code, place, kind, "OUTSIDE", addend), 0).expect("it fits");
        for value in EDGES {
            let code = placed(&image, |_| value.cast_unsigned()).expect("there is room");
            assert_eq!(returned(&code), value);
        }
    }
}

#[test]
fn an_address_in_the_image_is_the_same_with_a_slot_and_without() {
    for (kind, slots) in [(R_X86_64_GOTPCREL, 8), (R_X86_64_REX_GOTPCRELX, 0)] {
        let library = library(&LOAD, 3, kind, "LABEL", -4);
        assert_eq!(library.get(StencilId(0)).slots.code.len(), slots);
        let code = placed(&linked(&library, 0).expect("it fits"), |_| 0).expect("it is near");
        assert_eq!(returned(&code).cast_unsigned(), code.address(CodeOffset(0)).0);
    }
}

#[test]
fn each_symbol_has_a_slot_of_its_own_however_often_it_is_read() {
    // `mov rax, […]; sub rax, […]; sub rax, […]; ret`
    let subtract = [0x48, 0x2b, 0x05, 0, 0, 0, 0];
    let code = [&LOAD[..7], &subtract, &subtract, &[0xc3]].concat();
    let slot = |offset, name| (offset, R_X86_64_GOTPCREL, name, -4);
    let mut maker = Maker::new();
    maker.add("f", &code, &[slot(3, "OUTSIDE"), slot(10, "VALUE"), slot(17, "VALUE")]);
    let library = maker.library(symbols(), Peepholes::ALL).expect("it is good");
    assert_eq!(library.get(StencilId(0)).slots.code.len(), 2 * 8);
    let image = linked(&library, 100).expect("there is room");
    assert_eq!(returned(&placed(&image, |_| 1000).expect("there is room")), 800);
}

#[test]
fn a_distance_reaches_2_gib_and_no_byte_more() {
    let image = linked(&library(&ADDRESS, 3, R_X86_64_PC32, "OUTSIDE", -4), 0).expect("it fits");
    for distance in [i32::MIN, -1, 0, 1, i32::MAX] {
        let outside =
            |start: CodeAddress| (start.0 + BEHIND_ADDRESS).wrapping_add_signed(distance.into());
        let code = placed(&image, outside).expect("it is near enough");
        let expected = outside(code.address(CodeOffset(0))).cast_signed();
        assert_eq!(returned(&code), expected);
    }
    for distance in [i64::from(i32::MIN) - 1, i64::from(i32::MAX) + 1, i64::MIN, i64::MAX] {
        let outside = |start: CodeAddress| (start.0 + BEHIND_ADDRESS).wrapping_add_signed(distance);
        let error = placed(&image, outside).expect_err("it is too far away");
        let PlaceError::Range { offset: 3, target, overflow, .. } = error else {
            panic!("{error}")
        };
        assert_eq!(target, KeptTarget::Outside { symbol: OUTSIDE, veneer: None });
        assert_eq!(overflow.value, distance.into());
    }
}

#[test]
fn an_address_that_is_known_is_reached_from_where_the_code_lies() {
    let library = library(&ADDRESS, 3, R_X86_64_PC32, "PLACE", -4);
    let mut buffer = CodeBuffer::new(4096).expect("there is memory");
    let start = buffer.address(CodeOffset(0));
    let place = (start.0 + BEHIND_ADDRESS).wrapping_add_signed(i32::MIN.into()).cast_signed();
    let image = linked(&library, place).expect("it fits");
    let memory = &mut buffer.bytes_mut()[..image.size()];
    image.place(memory, start, |_| 0).expect("it is near enough");
    assert_eq!(returned(&buffer.publish().expect("code may be executed")), place);
    let too_far = linked(&library, place - 1).expect("it fits").place(
        &mut vec![0; image.size()],
        start,
        |_| 0,
    );
    assert!(matches!(too_far, Err(PlaceError::Range { target: KeptTarget::Address(_), .. })));
}

/// Something to call.
extern "C" fn answer() -> i64 {
    -42
}

#[test]
fn a_function_is_called_wherever_it_is() {
    // `push rax; call …; pop rcx; ret`
    let code = [0x50, 0xe8, 0, 0, 0, 0, 0x59, 0xc3];
    let image = linked(&library(&code, 2, R_X86_64_PLT32, "OUTSIDE", -4), 0).expect("it fits");
    let callee = answer as extern "C" fn() -> i64 as usize as u64;
    let caller = placed(&image, |_| callee).expect("there is a veneer");
    assert_eq!(returned(&caller), -42);
    // A neighbour of the caller: no veneer is needed.
    let mut buffer = CodeBuffer::new(4096 + UNSIGNED.len()).expect("there is memory");
    buffer.bytes_mut()[4096..].copy_from_slice(&[0xb8, 7, 0, 0, 0, 0xc3]);
    let start = buffer.address(CodeOffset(0));
    let memory = &mut buffer.bytes_mut()[..image.size()];
    image.place(memory, start, |_| start.0 + 4096).expect("it is near");
    assert_eq!(returned(&buffer.publish().expect("code may be executed")), 7);
}
