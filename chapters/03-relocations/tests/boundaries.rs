//! What goes into the holes of our stencils, at the edges of its range: the programs
//! of chapter 2, whose holes had 8 bytes for everything.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))]

#[path = "../../02-stencils/tests/boundaries/programs.rs"]
mod programs;
#[expect(dead_code, reason = "other tests let engines take turns")]
mod running;

use ch01_bytecode_vm::Interpreter;
use ch03_relocations::layout::Peepholes;
use running::{compile, program, run, stencils};

/// Runs a program as linked code and in the interpreter; returns what it prints.
fn agree(text: &str) -> String {
    let program = program(text);
    let expected = run(&program, &mut Interpreter::<()>::default());
    for peepholes in [Peepholes::ALL, Peepholes::NONE] {
        let mut jit = compile(&program, &stencils(peepholes));
        assert_eq!(run(&program, &mut jit), expected, "with {peepholes:?}");
    }
    expected.printed
}
