//! What goes into the holes of our stencils, at the edges of its range. Both
//! engines have to print what the interpreter in Rust prints.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))]

mod programs;

use std::sync::Arc;

use ch00_workbench::Source;
use ch01_bytecode_vm::{Engine, Exit, Interpreter, Program, Vm, load, traceback};
use ch02_stencils::driver::{Build, Objects};
use ch02_stencils::{InterpreterC, Jit};

/// What a program prints, and how it ends, with its traceback if it raised.
fn run(program: &Arc<Program>, engine: &mut dyn Engine) -> (String, Exit, Option<String>) {
    let mut out = Vec::new();
    let mut vm = Vm::new(Arc::clone(program), &mut out, false).unwrap();
    let exit = engine.resume(&mut vm);
    let traceback = vm.exception().map(|_| traceback(&vm));
    vm.flush().unwrap();
    drop(vm);
    (String::from_utf8(out).unwrap(), exit, traceback)
}

/// Runs a program in all engines; returns what it prints.
fn agree(text: &str) -> String {
    let source = Source { name: "program.py".into(), text: text.into() };
    let program = load(source).expect("a program");
    let load = |build| Objects::Prebuilt.load(build).expect("the prebuilt objects are good");
    let expected = run(&program, &mut Interpreter::<()>::default());
    let mut jit = Jit::new(Arc::clone(&program), Arc::new(load(Build::JitLarge))).unwrap();
    assert_eq!(run(&program, &mut jit), expected, "the JIT");
    let mut interpreter = InterpreterC::new(&load(Build::Interpreter)).unwrap();
    assert_eq!(run(&program, &mut interpreter), expected, "the interpreter in C");
    expected.0
}
