//! Stencils as CPython 3.13 has them compiled: foreign symbols are reached through a
//! global offset table, of which each stencil has a piece, or, if they are near,
//! without it. The C is in `stencils/fixtures/pic.c`.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))]
#![expect(unsafe_code, reason = "calls the code that it has linked")]

use ch02_stencils::{Code, CodeBuffer, CodeOffset, HoleKind, StencilId};
use ch03_relocations::arch::X86_64;
use ch03_relocations::layout::Peepholes;
use ch03_relocations::link::{CodeMap, HoleResolver, Image, Library, Step, Values};
use ch03_relocations::{Role, Symbols};

const OBJECT: &[u8] = include_bytes!("../../../stencils/prebuilt/pic/pic.o");

const OPERAND: HoleKind = HoleKind(1);

fn library(peepholes: Peepholes) -> Library<X86_64> {
    let symbols = Symbols::new([
        ("HOLE_CONTINUE", Role::Next),
        ("HOLE_OPERAND", Role::Number),
        ("helper", Role::Outside),
    ]);
    Library::new(OBJECT, symbols, peepholes).expect("the object is that of `pic.c`")
}

/// Steps, all of them with the same operand.
struct Steps(Vec<StencilId>, u64);

impl HoleResolver for Steps {
    fn stencil(&self, step: Step) -> StencilId {
        self.0[step.0 as usize]
    }

    fn fill(&self, _: Step, _: &CodeMap, values: &mut Values) {
        values.set(OPERAND, self.1);
    }
}

extern "C" fn helper(argument: u64) -> u64 {
    argument * 3
}

/// Links functions, and places them; the code, and where each begins.
fn linked(names: &[&str], operand: u64, peepholes: Peepholes) -> (Code, CodeMap) {
    let library = library(peepholes);
    let stencils = names.iter().map(|name| library.find(name).expect("it is in the C"));
    let steps = Steps(stencils.collect(), operand);
    let mut image = Image::new();
    library.link(names.len() as u32, &steps, &mut image).expect("all values fit");
    let mut buffer = CodeBuffer::new(image.size()).expect("there is memory");
    let address = buffer.address(CodeOffset(0));
    let placed = image.place(buffer.bytes_mut(), address, |_| helper as *const () as u64);
    placed.expect("slots have 64 bits");
    (buffer.publish().expect("code may be executed"), image.take_map())
}

fn call(code: &Code, argument: u64) -> u64 {
    // SAFETY: the code begins with a function of `pic.c`, and goes on with others of
    // the same type; it lives until it has returned.
    unsafe { code.function::<unsafe extern "C" fn(u64) -> u64>(CodeOffset(0))(argument) }
}

#[test]
fn a_number_is_in_the_slot_of_its_step() {
    for peepholes in Peepholes::every() {
        for operand in [0, 1, u64::MAX, 1 << 31, 1 << 63] {
            let (code, _) = linked(&["go_on", "go_on", "add_operand"], operand, peepholes);
            assert_eq!(call(&code, 38), 42_u64.wrapping_add(operand));
        }
    }
}

#[test]
fn a_function_outside_is_called_through_its_slot() {
    for peepholes in Peepholes::every() {
        let (code, _) = linked(&["go_on", "call_helper"], 0, peepholes);
        assert_eq!(call(&code, 5), 22);
    }
}

#[test]
fn the_next_step_is_near_and_needs_no_slot() {
    let library = library(Peepholes::ALL);
    for name in ["go_on", "where_next"] {
        let stencil = library.get(library.find(name).expect("it is in the C"));
        assert!(stencil.slots.code.is_empty(), "{name}");
    }
    let (code, map) = linked(&["where_next", "add_operand"], 0, Peepholes::ALL);
    assert_eq!(call(&code, 0), code.address(map.entry(Step(1))).0);
}
