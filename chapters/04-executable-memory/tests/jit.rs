//! Programs as code in an arena, in both strategies, near and far.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))]

// Chapter 3's: programs, and engines that take turns at running them.
#[path = "../../03-relocations/tests/running/mod.rs"]
#[expect(dead_code, reason = "chapter 3's own test compiles with chapter 3's JIT")]
mod running;

use std::fmt::Write;
use std::sync::Arc;

use ch01_bytecode_vm::{Engine, Exit, Interpreter, Program, Stepper, Vm};
use ch03_relocations::driver::Stencils;
use ch03_relocations::layout::Peepholes;
use ch04_executable_memory::driver::options;
use ch04_executable_memory::{Arena, ArenaOptions, Jit, Strategy, SystemPages};
use running::{Outcome, corpus, hop, program, run, stencils};

/// An arena with this strategy, near the runtime or anywhere.
fn arena(strategy: Strategy, is_near: bool) -> Arc<Arena> {
    let ArenaOptions { near, .. } = options();
    let near = near.filter(|_| is_near);
    Arena::new(Arc::new(SystemPages), ArenaOptions { strategy, near, ..options() })
}

/// Both strategies, near and anywhere.
fn arenas() -> impl Iterator<Item = Arc<Arena>> {
    let strategies = [Strategy::DualMapping, Strategy::Flips].into_iter();
    strategies.flat_map(|strategy| [true, false].map(|is_near| arena(strategy, is_near)))
}

fn compile(program: &Arc<Program>, stencils: &Arc<Stencils>, arena: &Arc<Arena>) -> Jit {
    let jit = Jit::new(Arc::clone(program), Arc::clone(stencils), Arc::clone(arena));
    jit.expect("there is memory for code")
}

/// Compiles each program of the corpus to one arena after the other, and compares what
/// comes of it with what chapter 1's interpreter made of the program. Programs share an
/// arena, and each gives its code back.
fn check(execute: impl Fn(&Arc<Program>, &Arc<Stencils>, &Arc<Arena>) -> Outcome) {
    let (cases, stencils) = (corpus(), stencils(Peepholes::ALL));
    assert!(cases.len() > 100, "the corpus is there");
    for arena in arenas() {
        for case in &cases {
            let outcome = execute(&case.program, &stencils, &arena);
            assert_eq!(outcome, case.expected, "{} in {arena:?}", case.name);
            assert_eq!(arena.usage().pieces, 0, "{} has given its code back", case.name);
        }
    }
}

#[test]
fn every_kind_of_arena_does_what_the_interpreter_does() {
    check(|program, stencils, arena| run(program, &mut compile(program, stencils, arena)));
}

#[test]
fn code_takes_turns_with_the_interpreter_at_every_call_and_back_edge() {
    check(|program, stencils, arena| {
        let engines: &mut [&mut dyn Engine] = &mut [
            &mut compile(program, stencils, arena),
            &mut compile(program, stencils, arena),
            &mut Interpreter::<()>::default(),
        ];
        hop(program, engines)
    });
}

#[test]
fn code_goes_on_where_a_few_instructions_have_been_stepped_through() {
    check(|program, stencils, arena| {
        let stepper = &mut Stepper::new(|| 3);
        hop(program, &mut [stepper, &mut compile(program, stencils, arena)])
    });
}

/// A program that calls the runtime for `print`.
const CALLS: &str = "def f(x):\n    return x + 1\nprint(f(1), f(2))\n";

#[test]
fn near_code_needs_no_veneers_and_far_code_does() {
    let (program, stencils) = (program(CALLS), stencils(Peepholes::ALL));
    // What a veneer begins with: `jmp [rip+0]`.
    let veneers = |is_near| {
        let arena = arena(Strategy::DualMapping, is_near);
        let jit = compile(&program, &stencils, &arena);
        let listing = jit.memory_listing().to_string();
        assert!(listing.contains("<module>"), "{listing}");
        jit.code_bytes().windows(6).filter(|bytes| *bytes == [0xff, 0x25, 0, 0, 0, 0]).count()
    };
    assert_eq!(veneers(true), 0);
    assert!(veneers(false) > 0);
}

#[test]
fn a_vm_goes_on_in_another_arena_when_the_first_one_is_gone() {
    let program = program("def f(n):\n    return 0 if n == 0 else 1 + f(n - 1)\nprint(f(900))\n");
    let stencils = stencils(Peepholes::ALL);
    let mut out = Vec::new();
    let mut vm = Vm::new(Arc::clone(&program), &mut out, false).unwrap();
    vm.set_hand_over(|| true);
    let mut turns = 0;
    loop {
        let mut jit = compile(&program, &stencils, &arena(Strategy::default(), true));
        turns += 1;
        match jit.resume(&mut vm) {
            Exit::HandedOver => {}
            exit => break assert_eq!(exit, Exit::Finished),
        }
    }
    assert!(turns > 900, "{turns} turns");
    vm.flush().unwrap();
    drop(vm);
    assert_eq!(out, b"900\n");
}

#[test]
fn a_thousand_small_functions_fill_their_pages() {
    let mut text = String::new();
    for number in 0..1000 {
        writeln!(text, "def f{number}(x):\n    return x + {number}").unwrap();
    }
    let (program, stencils) = (program(&text), stencils(Peepholes::ALL));
    for arena in arenas() {
        let jit = compile(&program, &stencils, &arena);
        let (hot, cold) = jit.sizes();
        let usage = arena.usage();
        assert_eq!(usage.pieces, 1003, "the functions, the module, and two shims");
        assert!(usage.populated < (hot + cold) * 2, "{usage:?} for {hot} and {cold} bytes");
        assert_eq!(usage.regions, 1);
    }
}

// ANCHOR: cliffhanger
/// The cliffhanger of this chapter: ten functions are called, and ten thousand compiled.
#[test]
fn all_functions_are_compiled_and_few_of_them_called() {
    let mut text = String::new();
    for number in 0..10_000 {
        writeln!(text, "def f{number}(x):\n    return x + {number}").unwrap();
    }
    for number in 0..10 {
        writeln!(text, "print(f{}({number}))", 1000 * number).unwrap();
    }
    let (program, arena) = (program(&text), arena(Strategy::default(), true));
    let mut jit = compile(&program, &stencils(Peepholes::ALL), &arena);
    assert_eq!(run(&program, &mut jit).printed.lines().count(), 10);
    let shims_and_module = 3;
    assert_eq!(arena.usage().pieces, 10_000 + shims_and_module);
}
// ANCHOR_END: cliffhanger
