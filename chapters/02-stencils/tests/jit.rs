//! The code that the JIT emits, and where it comes and goes.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))]

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use ch00_workbench::{Line, Listing, Source};
use ch01_bytecode_vm::{Engine, Exit, Interpreter, Program, Stepper, Vm, load};
use ch02_stencils::driver::{Build, Objects, Stencils, symbol_table};
use ch02_stencils::{InterpreterC, Jit, listing};

static JIT: LazyLock<Arc<Stencils>> = LazyLock::new(|| Arc::new(stencils(Build::JitLarge)));

fn stencils(build: Build) -> Stencils {
    Objects::Prebuilt.load(build).expect("the prebuilt objects are good")
}

fn program(text: &str) -> Arc<Program> {
    load(Source { name: "program.py".into(), text: text.into() }).expect("a program")
}

fn compile(program: &Arc<Program>) -> Jit {
    Jit::new(Arc::clone(program), Arc::clone(&JIT)).expect("there is memory for code")
}

fn interpreter_c() -> InterpreterC {
    InterpreterC::new(&stencils(Build::Interpreter)).expect("there is memory for code")
}

/// What a program prints when the engines take turns, and how it ends.
fn run(program: &Arc<Program>, engines: &mut [&mut dyn Engine], hops: bool) -> (String, Exit) {
    let mut out = Vec::new();
    let mut vm = Vm::new(Arc::clone(program), &mut out, false).unwrap();
    if hops {
        vm.set_hand_over(|| true);
    }
    let mut turn = 0;
    let exit = loop {
        match engines[turn % engines.len()].resume(&mut vm) {
            Exit::HandedOver => turn += 1,
            exit => break exit,
        }
    };
    vm.flush().unwrap();
    drop(vm);
    (String::from_utf8(out).unwrap(), exit)
}

const LOOP: &str = "\
def sum_below(n):
    total = 0
    i = 0
    while i < n:
        total += i
        i += 1
    return total
print(sum_below(10))
";

const FIB: &str = "\
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)
print(fib(12))
";

/// The lines of a listing from the heading of a code object to the next one.
fn function<'a>(listing: &'a Listing, name: &str) -> &'a [Line] {
    let is_title = |line: &Line| !line.heading.is_empty();
    let is_start = |line: &Line| line.heading.starts_with(&format!("{name}:"));
    let start = listing.lines.iter().position(is_start).expect("it is listed");
    let body = &listing.lines[start + 1..];
    &body[..body.iter().position(is_title).unwrap_or(body.len())]
}

#[test]
fn the_stencils_are_as_they_were() {
    insta::assert_snapshot!("stencils", listing::stencils(JIT.library()));
    let interpreter = stencils(Build::Interpreter);
    insta::assert_snapshot!(
        "functions_of_the_interpreter",
        listing::stencils(interpreter.library())
    );
}

#[test]
fn the_holes_are_as_they_were() {
    insta::assert_snapshot!("holes", listing::holes(JIT.library(), &symbol_table()));
    let interpreter = stencils(Build::Interpreter);
    let holes = listing::holes(interpreter.library(), &symbol_table());
    insta::assert_snapshot!("holes_of_the_interpreter", holes);
}

#[test]
fn the_code_of_a_function_is_as_it_was() {
    insta::glob!("code/*.py", |path| {
        let listing = compile(&program(&fs::read_to_string(path).unwrap())).listing();
        // The module comes first; it makes the function and ends.
        let is_title = |line: &&Line| !line.heading.is_empty();
        let title = listing.lines.iter().filter(is_title).nth(1).expect("a function");
        let lines = listing.lines.iter().skip_while(|line| *line != title).cloned().collect();
        insta::assert_snapshot!(Listing { title: String::new(), lines });
    });
}

/// The lines of each instruction of the loop, from the one that the loop starts
/// with to the jump back.
fn instructions_of_the_loop(lines: &[Line]) -> Vec<&[Line]> {
    let is_head = |line: &&Line| !line.origin.trim().is_empty();
    let heads: Vec<&str> = lines.iter().filter(is_head).map(|line| line.origin.trim()).collect();
    let find = |text: &str| heads.iter().position(|head| head.ends_with(text)).expect("a loop");
    let (first, last) = (find("L1: LOAD_FAST 2 (i)"), find("JUMP_BACKWARD L1"));
    let starts = (0..lines.len()).filter(|&at| is_head(&&lines[at]));
    let starts: Vec<usize> = starts.chain([lines.len()]).collect();
    starts[first..=last + 1].windows(2).map(|ends| &lines[ends[0]..ends[1]]).collect()
}

/// Whether the code of an instruction ends its fast path with a jump through a register.
fn is_left_by_a_jump(block: &[Line]) -> bool {
    block.iter().any(|line| line.text.starts_with("jmp r"))
}

// ANCHOR: cliffhanger
/// The cliffhanger of this chapter: thirteen instructions, thirteen jumps.
#[test]
fn the_shared_loop_takes_a_jump_for_every_bytecode() {
    let listing = compile(&program(LOOP)).listing();
    let instructions = instructions_of_the_loop(function(&listing, "sum_below"));
    let jumps = instructions.iter().filter(|code| is_left_by_a_jump(code));
    assert_eq!((instructions.len(), jumps.count()), (13, 13));
}
// ANCHOR_END: cliffhanger

#[test]
fn both_engines_compute_what_the_interpreter_does() {
    for text in [LOOP, FIB] {
        let program = program(text);
        let expected = run(&program, &mut [&mut Interpreter::<()>::default()], false);
        assert_eq!(run(&program, &mut [&mut compile(&program)], false), expected);
        assert_eq!(run(&program, &mut [&mut interpreter_c()], false), expected);
    }
}

#[test]
fn engines_of_all_kinds_take_turns_at_every_call_and_back_edge() {
    for text in [LOOP, FIB] {
        let program = program(text);
        let expected = run(&program, &mut [&mut Interpreter::<()>::default()], false);
        let engines: &mut [&mut dyn Engine] = &mut [
            &mut compile(&program),
            &mut interpreter_c(),
            &mut Interpreter::<()>::default(),
            &mut compile(&program),
        ];
        assert_eq!(run(&program, engines, true), expected);
    }
}

#[test]
fn both_engines_go_on_from_any_instruction() {
    for text in [LOOP, FIB] {
        let program = program(text);
        let expected = run(&program, &mut [&mut Interpreter::<()>::default()], false);
        for portion in 1..40 {
            let stepper = || Stepper::new(move || portion);
            let engines: &mut [&mut dyn Engine] = &mut [&mut stepper(), &mut compile(&program)];
            assert_eq!(run(&program, engines, true), expected, "JIT after {portion}");
            let engines: &mut [&mut dyn Engine] = &mut [&mut stepper(), &mut interpreter_c()];
            assert_eq!(run(&program, engines, true), expected, "C after {portion}");
        }
    }
}

#[test]
fn deep_recursion_takes_no_native_stack() {
    let program = program("def f(n):\n    return 0 if n == 0 else 1 + f(n - 1)\nprint(f(998))\n");
    let heights = |engine: &mut dyn Engine| {
        let mut sink = std::io::sink();
        let mut vm = Vm::new(Arc::clone(&program), &mut sink, false).unwrap();
        // Each of the thousand functions asks at its entry; how high is the stack there?
        let heights = Rc::new(RefCell::new(Vec::new()));
        let seen = Rc::clone(&heights);
        vm.set_hand_over(move || {
            let here = 0_u8;
            seen.borrow_mut().push((&raw const here).addr());
            false
        });
        assert_eq!(engine.resume(&mut vm), Exit::Finished);
        heights.take()
    };
    for engine in [&mut compile(&program) as &mut dyn Engine, &mut interpreter_c()] {
        let heights = heights(engine);
        assert_eq!(heights.len(), 1000);
        assert_eq!(BTreeSet::from_iter(heights).len(), 1);
    }
}

#[test]
fn the_code_may_go_while_the_vm_stays() {
    for text in [LOOP, FIB] {
        let program = program(text);
        let mut out = Vec::new();
        let mut vm = Vm::new(Arc::clone(&program), &mut out, false).unwrap();
        vm.set_hand_over(|| true);
        for _ in 0..8 {
            assert_eq!(compile(&program).resume(&mut vm), Exit::HandedOver);
        }
        vm.set_hand_over(|| false);
        assert_eq!(compile(&program).resume(&mut vm), Exit::Finished);
    }
}

#[test]
#[should_panic(expected = "the code is another program's")]
fn the_code_of_another_program_is_refused() {
    let mut sink = std::io::sink();
    let mut vm = Vm::new(program("x = 1\n"), &mut sink, false).unwrap();
    compile(&program("x = 1\n")).resume(&mut vm);
}
