//! Compiled functions in large numbers, all at once or one after the other. It takes a
//! process of its own to measure them, which `tests/arena/many.rs` has; here they are
//! counted.
#![expect(unsafe_code, reason = "frees code that nobody has ever executed")]

use std::sync::Arc;

use ch00_workbench::Source;
use ch01_bytecode_vm::{CodeId, Program, load};
use ch02_stencils::CodeOffset;
use ch02_stencils::driver::Objects;
use ch03_relocations::driver::{Stencils, outside};
use ch03_relocations::layout::Peepholes;
use ch03_relocations::link::Image;

use super::function::write;
use super::jit::{free_all, publish};
use super::memory::arena;
use crate::mechanism::{Arena, Code};

/// A function of 20 instructions.
const PROGRAM: &str = "
def f(a, b):
    c = a + b * 3
    if c > a:
        c = c - 1
    return -c * 2
";

/// Compiles the same function again and again.
struct Repeated {
    program: Arc<Program>,
    stencils: Stencils,
    function: CodeId,
}

impl Repeated {
    fn new() -> Repeated {
        let source = Source { name: "many.py".into(), text: PROGRAM.into() };
        let program = load(source).expect("a program");
        let function = program.codes().iter().position(|code| code.name == "f");
        let function = CodeId(function.expect("there is a function") as u32);
        assert_eq!(program.code(function).instructions.len(), 20);
        let stencils = Stencils::load(&Objects::Prebuilt, Peepholes::ALL);
        Repeated { program, stencils: stencils.expect("the object is good"), function }
    }

    /// As often as this, in one batch.
    fn compile(&self, times: usize, arena: &Arc<Arena>) -> Vec<Code> {
        let (mut batch, mut image) = (arena.batch(), Image::new());
        for _ in 0..times {
            let (program, stencils) = (&self.program, &self.stencils);
            write(program, self.function, stencils, outside, &mut image, &mut batch)
                .expect("there is memory");
        }
        publish(batch).expect("it may be executed")
    }
}

#[test]
fn a_hundred_thousand_functions_come_and_go_in_the_room_of_two_thousand() {
    let (repeated, arena) = (Repeated::new(), arena());
    let mut populated = 0;
    for round in 0..50 {
        let code = repeated.compile(2_000, &arena);
        if round == 0 {
            populated = arena.usage().populated;
        }
        // SAFETY: nobody has ever executed it.
        unsafe { free_all(code) };
        assert_eq!(arena.usage().populated, populated, "round {round}");
    }
    assert_eq!(arena.usage().pieces, 0);
}

#[test]
fn a_million_functions_of_twenty_instructions_are_there_at_once() {
    let (repeated, arena) = (Repeated::new(), arena());
    let first = repeated.compile(1, &arena);
    let mut code = Vec::new();
    for _ in 0..100 {
        code.extend(repeated.compile(10_000, &arena));
    }
    let usage = arena.usage();
    assert_eq!(usage.pieces, 1_000_001);
    assert_eq!(usage.code, first[0].bytes().len() * usage.pieces);
    let mut starts: Vec<u64> = code.iter().map(|it| it.address(CodeOffset(0)).0).collect();
    starts.sort_unstable();
    let bytes = first[0].bytes().len() as u64;
    assert!(starts.windows(2).all(|pair| pair[0] + bytes <= pair[1]), "none lies on another");
    // SAFETY: nobody has ever executed it.
    unsafe { free_all(first.into_iter().chain(code)) };
    assert_eq!(arena.usage().pieces, 0);
}
