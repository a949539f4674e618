//! How far code may lie from what it refers to, and what is between the two when
//! that is too far.

use ch02_stencils::{CodeAddress, HoleKind, StencilId};
use ch03_relocations::arch::{Arch, X86_64};
use ch03_relocations::layout::Peepholes;
use ch03_relocations::link::{Image, Kept, KeptTarget, PlaceError};
use ch03_relocations::{Role, Symbols};
use object::elf::{R_X86_64_32, R_X86_64_PLT32};

use crate::made::{FAR, FARTHER, Maker, all_kinds, symbols};
use crate::steps::{Uniform, link};

const ADDRESS: CodeAddress = CodeAddress(0x7f12_3456_7000);

/// An image of these stencils.
fn image(names: &[&str]) -> Image<X86_64> {
    let library = all_kinds(Peepholes::ALL);
    let stencils = names.iter().map(|name| library.find(name).expect("it is there")).collect();
    let mut image = Image::new();
    link(&library, &Uniform { stencils, value: 0 }, &mut image).expect("all values fit");
    image
}

fn place(image: &Image<X86_64>, outside: impl Fn(HoleKind) -> u64) -> Vec<u8> {
    let mut bytes = vec![0; image.size()];
    image.place(&mut bytes, ADDRESS, outside).expect("calls have veneers");
    bytes
}

/// The distance of the first hole that was kept, and where it counts from.
fn distance(image: &Image<X86_64>, bytes: &[u8]) -> (i32, usize) {
    let start = image.kept()[0].offset as usize;
    let distance = bytes[start..start + 4].try_into().expect("4 bytes");
    (i32::from_le_bytes(distance), start + 4)
}

/// What is in the places for veneers.
fn veneers<'a>(image: &Image<X86_64>, bytes: &'a [u8]) -> Vec<&'a [u8]> {
    bytes[image.bytes().len()..].chunks(X86_64::VENEER_SIZE).collect()
}

fn veneer_to(target: u64) -> Vec<u8> {
    let mut veneer = vec![0; X86_64::VENEER_SIZE];
    X86_64::write_veneer(&mut veneer, target);
    veneer
}

const NO_VENEER: [u8; X86_64::VENEER_SIZE] = [0xcc; X86_64::VENEER_SIZE];

#[test]
fn a_call_within_2_gib_is_direct() {
    let image = image(&["CALL", "END"]);
    for reach in [i32::MIN, -1, 0, i32::MAX] {
        let from = ADDRESS.0 + u64::from(image.kept()[0].offset) + 4;
        let bytes = place(&image, |_| from.wrapping_add_signed(reach.into()));
        assert_eq!(distance(&image, &bytes).0, reach);
        assert_eq!(veneers(&image, &bytes), [NO_VENEER]);
    }
}

#[test]
fn a_call_that_is_a_byte_too_far_goes_through_a_veneer() {
    let image = image(&["CALL", "END"]);
    for reach in [i64::from(i32::MIN) - 1, i64::from(i32::MAX) + 1, i64::MIN] {
        let from = ADDRESS.0 + u64::from(image.kept()[0].offset) + 4;
        let target = from.wrapping_add_signed(reach);
        let bytes = place(&image, |_| target);
        let (distance, from) = distance(&image, &bytes);
        assert_eq!(from + distance as usize, image.bytes().len());
        assert_eq!(veneers(&image, &bytes), [veneer_to(target)]);
    }
}

#[test]
fn each_function_has_one_veneer_however_often_it_is_called() {
    let image = image(&["CALL_OTHER", "CALL", "CALL_OTHER", "GO_OUTSIDE", "END"]);
    let target = |symbol: HoleKind| u64::from(symbol.0);
    let bytes = place(&image, target);
    assert_eq!(veneers(&image, &bytes), [veneer_to(target(FAR)), veneer_to(target(FARTHER))]);
    let veneer = |kept: &Kept| match kept.target {
        KeptTarget::Outside { symbol, veneer } => (symbol, veneer),
        other => panic!("{other} is not outside"),
    };
    // First the hot parts, step by step with the cold ones.
    let expected = [FARTHER, FAR, FARTHER, FARTHER];
    let expected = expected.map(|symbol| (symbol, Some(u8::from(symbol == FARTHER))));
    assert_eq!(image.kept().iter().map(veneer).collect::<Vec<_>>(), expected);
}

#[test]
fn only_a_call_that_is_too_far_takes_its_veneer() {
    let image = image(&["CALL_OTHER", "CALL", "END"]);
    let bytes = place(&image, |symbol| if symbol == FAR { ADDRESS.0 } else { 1 });
    assert_eq!(veneers(&image, &bytes), [NO_VENEER.to_vec(), veneer_to(1)]);
}

#[test]
fn as_many_functions_are_called_as_there_are_numbers() {
    let count = 64;
    let names: Vec<String> = (0..count).map(|number| format!("F{number}")).collect();
    let roles = names.iter().map(|name| (name.as_str(), Role::Outside));
    let mut maker = Maker::new();
    for name in &names {
        maker.add(&format!("GO_{name}"), &[0xe9, 0, 0, 0, 0], &[(1, R_X86_64_PLT32, name, -4)]);
    }
    let library = maker.library(Symbols::new(roles), Peepholes::ALL).expect("there are numbers");
    let stencils: Vec<StencilId> = library.iter().map(|(id, _)| id).collect();
    let mut image = Image::new();
    link(&library, &Uniform { stencils, value: 0 }, &mut image).expect("there are no values");
    let bytes = place(&image, |symbol| u64::from(symbol.0));
    let expected: Vec<Vec<u8>> = (0..count).map(veneer_to).collect();
    assert_eq!(veneers(&image, &bytes), expected);
    for (number, kept) in image.kept().iter().enumerate() {
        let start = kept.offset as usize;
        let distance = i32::from_le_bytes(bytes[start..start + 4].try_into().unwrap());
        let veneer = image.bytes().len() + number * X86_64::VENEER_SIZE;
        assert_eq!(start + 4 + distance as usize, veneer);
    }
}

#[test]
fn a_place_has_4_bytes_as_long_as_the_code_lies_low() {
    let mut maker = Maker::new();
    // `mov eax, …; ret`
    maker.add("f", &[0xb8, 0, 0, 0, 0, 0xc3], &[(1, R_X86_64_32, "LABEL", 0)]);
    let library = maker.library(symbols(), Peepholes::ALL).expect("it is good");
    let mut image = Image::new();
    let steps = Uniform { stencils: vec![StencilId(0)], value: 0 };
    link(&library, &steps, &mut image).expect("it is known later");
    let mut bytes = vec![0; image.size()];
    let low = CodeAddress((1 << 32) - 16);
    image.place(&mut bytes, low, |_| 0).expect("it has 32 bits");
    assert_eq!(bytes[1..5], 0xffff_fff0_u32.to_le_bytes());
    let error = image.place(&mut bytes, CodeAddress(1 << 32), |_| 0).unwrap_err();
    assert_eq!(
        error.to_string(),
        "0x1 in the image, 0x0 in the image: the value 0x100000000 is not from 0x0 to \
         0xffffffff; the address is too high for 32 bits: let the stencil have it in 64"
    );
}

#[test]
fn an_image_begins_where_its_constants_are_aligned() {
    for (names, alignment) in [
        (&["END"][..], 16),
        (&["LOAD_NUMBER0", "END"], 16),
        (&["LOAD_MASK1", "LOAD_NUMBER0", "END"], 16),
        (&["LOAD_MASK1", "LOAD_WIDE0", "END"], 32),
    ] {
        let image = image(names);
        assert_eq!(image.alignment(), alignment, "{names:?}");
        let mut bytes = vec![0; image.size()];
        for address in [0x1000, 0x1001, 0x1008, 0x1010, 0x1020] {
            let is_good = address % alignment as u64 == 0;
            let refused = Err(PlaceError::Alignment { address, alignment });
            let placed = image.place(&mut bytes, CodeAddress(address), |_| 0);
            assert_eq!(placed, if is_good { Ok(()) } else { refused }, "{names:?}");
        }
    }
}
