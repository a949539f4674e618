//! What is refused, and in which words.

use ch02_stencils::StencilId;
use ch03_relocations::arch::X86_64;
use ch03_relocations::layout::Peepholes;
use ch03_relocations::link::{Image, Library, LinkError};
use ch03_relocations::{Role, Symbols};
use object::elf::{R_X86_64_32S, R_X86_64_PC32, R_X86_64_PLT32};

use crate::made::{Maker, all_kinds, symbols};
use crate::steps::{Uniform, link};

/// Why these stencils cannot be linked with a value.
fn refusal(library: &Library<X86_64>, names: &[&str], value: u64) -> String {
    let stencils = names.iter().map(|name| library.find(name).expect("it is there")).collect();
    let linked = link(library, &Uniform { stencils, value }, &mut Image::new());
    linked.expect_err("it is refused").to_string()
}

#[test]
fn code_does_not_run_off_its_end() {
    let message = |step, stencil| {
        format!("step {step}, `{stencil}`, goes on with the step after it, but is the last")
    };
    for peepholes in Peepholes::every() {
        let library = all_kinds(peepholes);
        // By falling through, in its cold part, and by an address.
        for name in ["NOTHING", "CALL", "WORD_OF_NEXT", "TO_NEXT", "SLOTS"] {
            assert_eq!(refusal(&library, &[name], 8), message(0, name));
            assert_eq!(refusal(&library, &["END", "GO_OUTSIDE", name], 8), message(2, name));
        }
    }
}

#[test]
fn a_value_without_room_is_named_with_its_place() {
    let library = all_kinds(Peepholes::ALL);
    assert_eq!(
        refusal(&library, &["WORD", "SIGNED", "END"], (1 << 31) + 8),
        "step 1, `SIGNED`, Hot part, 0x3: the value 0x80000000 is not from -0x80000000 to \
         0x7fffffff, and this is `VALUE`"
    );
    assert_eq!(
        refusal(&library, &["WORD", "NOTHING", "FAIL"], 1 << 32),
        "step 2, `FAIL`, Cold part, 0x1: the value 0x100000000 is not from 0x0 to 0xffffffff, \
         and this is `VALUE`"
    );
}

#[test]
fn an_address_far_away_is_not_to_blame_for_a_number_without_room() {
    let library = all_kinds(Peepholes::ALL);
    let message = refusal(&library, &["TO_PLACE", "UNSIGNED", "END"], u64::MAX);
    assert!(message.starts_with("step 1, `UNSIGNED`, Hot part, 0x1: "), "{message}");
}

#[test]
fn a_label_with_too_much_added_is_named_with_its_place() {
    for (symbol, addend) in [("LABEL", i64::MAX), ("NEXT", 1 << 31)] {
        let mut maker = Maker::new();
        // `lea rax, […]; ret`
        let code = [0x48, 0x8d, 0x05, 0, 0, 0, 0, 0xc3];
        maker.add("f", &code, &[(3, R_X86_64_PC32, symbol, addend)]);
        maker.add("END", &[0xc3], &[]);
        let library = maker.library(symbols(), Peepholes::ALL).expect("it can be read");
        let message = refusal(&library, &["END", "f", "END"], 0);
        assert!(message.starts_with("step 1, `f`, Hot part, 0x3: the value "), "{message}");
        assert!(message.ends_with(&format!("and this is `{symbol}`")), "{message}");
    }
}

#[test]
fn two_gibibytes_of_code_are_refused_before_there_is_memory_for_them() {
    let mut maker = Maker::new();
    let nop = [0x66, 0x2e, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0];
    maker.add(
        "LARGE",
        &[&nop.repeat(6_553)[..], &[0x90, 0x90, 0x90, 0x90, 0x90, 0xc3]].concat(),
        &[],
    );
    maker.add("END", &[0xc3], &[]);
    let library = maker.library(symbols(), Peepholes::ALL).expect("it is good");
    let size = library.get(StencilId(0)).hot.code.len();
    assert_eq!(size, 1 << 16);
    let link = |count: usize| {
        let steps = Uniform { stencils: vec![StencilId(0); count], value: 0 };
        link(&library, &steps, &mut Image::new())
    };
    for count in [1 << 15, 1 << 16, 3 << 16] {
        let bytes = count as u64 * size as u64;
        assert_eq!(link(count), Err(LinkError::TooBig { bytes }));
    }
    assert_eq!(
        link(1 << 15).unwrap_err().to_string(),
        "the image would have 2147483648 bytes, and can have at most 2147483647"
    );
}

#[test]
fn there_are_numbers_for_64_constants() {
    let library = |count: usize| {
        let mut maker = Maker::new();
        let bytes: Vec<u8> = (0..count as u64).flat_map(u64::to_le_bytes).collect();
        maker.add_constants("C", &bytes, 8);
        for number in 0..count {
            // `movsd xmm0, […]; ret`
            let code = [0xf2, 0x0f, 0x10, 0x05, 0, 0, 0, 0, 0xc3];
            let name = format!("C{number}");
            maker.add(&format!("LOAD_{name}"), &code, &[(4, R_X86_64_PC32, &name, -4)]);
        }
        maker.library(symbols(), Peepholes::ALL)
    };
    let good = library(64).expect("there are numbers for them");
    let mut image = Image::new();
    let stencils: Vec<StencilId> = good.iter().map(|(id, _)| id).collect();
    link(&good, &Uniform { stencils, value: 0 }, &mut image).expect("there are no values");
    let constants: Vec<u8> = (0..64_u64).flat_map(u64::to_le_bytes).collect();
    assert!(image.bytes().ends_with(&constants));
    let error = library(65).expect_err("there are too many");
    assert_eq!(error.to_string(), "the stencils use 65 constants, and there are numbers for 64");
}

#[test]
fn there_are_numbers_for_64_functions() {
    let library = |count: usize| {
        let names: Vec<String> = (0..count).map(|number| format!("F{number}")).collect();
        let mut maker = Maker::new();
        for name in &names {
            maker.add(&format!("GO_{name}"), &[0xe9, 0, 0, 0, 0], &[(1, R_X86_64_PLT32, name, -4)]);
        }
        let symbols = Symbols::new(names.iter().map(|name| (name.as_str(), Role::Outside)));
        maker.library(symbols, Peepholes::ALL)
    };
    assert!(library(64).is_ok());
    let error = library(65).expect_err("there are too many");
    assert_eq!(error.to_string(), "the stencils call 65 functions, and there are numbers for 64");
}

#[test]
fn an_address_outside_that_is_no_call_has_no_veneer() {
    let mut maker = Maker::new();
    // `mov rax, …; ret`
    let code = [0x48, 0xc7, 0xc0, 0, 0, 0, 0, 0xc3];
    maker.add("f", &code, &[(3, R_X86_64_32S, "OUTSIDE", 0)]);
    let library = maker.library(symbols(), Peepholes::ALL).expect("it is good");
    let mut image = Image::new();
    let steps = Uniform { stencils: vec![StencilId(0)], value: 0 };
    link(&library, &steps, &mut image).expect("it is known later");
    let mut bytes = vec![0; image.size()];
    let place = |bytes: &mut [u8], outside| {
        let address = ch02_stencils::CodeAddress(0x7000_0000);
        image.place(bytes, address, |_| outside).map_err(|error| error.to_string())
    };
    assert_eq!(place(&mut bytes, 0x7fff_ffff), Ok(()));
    let message = "0x3 in the image, symbol 4: the value 0x80000000 is not from -0x80000000 to \
                   0x7fffffff; the address is too high for 32 bits: let the stencil have it in 64";
    assert_eq!(place(&mut bytes, 0x8000_0000), Err(message.to_owned()));
}

/// A veneer leads to one place, and not to others around it.
#[test]
fn a_call_beside_a_function_has_no_veneer() {
    let mut maker = Maker::new();
    // `call …; ret`
    maker.add("f", &[0xe8, 0, 0, 0, 0, 0xc3], &[(1, R_X86_64_PLT32, "OUTSIDE", 4)]);
    let library = maker.library(symbols(), Peepholes::ALL).expect("it is good");
    let mut image = Image::new();
    let steps = Uniform { stencils: vec![StencilId(0)], value: 0 };
    link(&library, &steps, &mut image).expect("it is known later");
    let mut bytes = vec![0; image.size()];
    assert_eq!(bytes.len(), image.bytes().len());
    let mut place = |outside| {
        let address = ch02_stencils::CodeAddress(0x7000_0000);
        image.place(&mut bytes, address, |_| outside).map_err(|error| error.to_string())
    };
    assert_eq!(place(0x7000_0010), Ok(()));
    let message = "0x1 in the image, symbol 4: the value 0x80000003 is not from -0x80000000 to \
                   0x7fffffff; the two are too far apart: place the image nearer, or let the \
                   stencil have 64 bits";
    assert_eq!(place(0xf000_0000), Err(message.to_owned()));
}

#[test]
fn after_an_error_the_image_is_empty() {
    let library = all_kinds(Peepholes::ALL);
    let find = |name: &str| library.find(name).expect("it is there");
    for bad in [vec!["CALL", "NOTHING"], vec!["SIGNED", "END"]] {
        let mut image = Image::new();
        let good = Uniform { stencils: vec![find("CALL"), find("END")], value: 8 };
        link(&library, &good, &mut image).expect("it is good");
        assert_ne!(image.size(), 0);
        let stencils = bad.into_iter().map(find).collect();
        let bad = Uniform { stencils, value: 1 << 40 };
        link(&library, &bad, &mut image).expect_err("it is bad");
        assert_eq!((image.size(), image.kept(), image.map().steps()), (0, &[][..], 0));
        assert_eq!((image.hot_size(), image.cold_size()), (0, 0));
    }
}
