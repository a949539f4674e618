//! The code that call threading emits, and the count that makes it slow.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))]

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use ch00_workbench::{Line, Source};
use ch01_bytecode_vm::{CallThreading, Engine, Exit, Interpreter, Program, Vm, load};

fn program(text: &str) -> Arc<Program> {
    load(Source { name: "program.py".into(), text: text.into() }).expect("a program")
}

fn compile(program: &Arc<Program>) -> CallThreading {
    CallThreading::new(Arc::clone(program)).expect("there is memory for code")
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

#[test]
fn the_code_of_the_shared_loop_is_as_it_was() {
    insta::assert_snapshot!(compile(&program(LOOP)).listing());
}

#[test]
fn the_code_of_calls_and_of_range_is_as_it_was() {
    let text = "def f(n):\n    for i in range(n):\n        f(i)\nf(3)\n";
    insta::assert_snapshot!(compile(&program(text)).listing());
}

/// How often the code of the loop calls out of itself in one iteration: from
/// the instruction that the loop starts with to the jump back.
fn calls_per_iteration(lines: &[Line]) -> usize {
    let starts = |line: &&Line, text: &str| line.origin.contains(text);
    let body = lines.iter().skip_while(|line| !starts(line, "L1: "));
    let end = body.clone().position(|line| starts(&line, "JUMP_BACKWARD L1")).expect("a loop");
    let behind = body.clone().skip(end + 1).take_while(|line| line.origin.trim().is_empty());
    let calls = |line: &&Line| line.text.starts_with("call ");
    body.take(end).filter(calls).count() + behind.filter(calls).count()
}

// ANCHOR: cliffhanger
/// The cliffhanger of this chapter: thirteen instructions, thirteen calls.
#[test]
fn the_shared_loop_calls_a_routine_for_every_bytecode() {
    let lines = compile(&program(LOOP)).listing().lines;
    assert_eq!(calls_per_iteration(&lines), 13);
}
// ANCHOR_END: cliffhanger

#[test]
fn a_recursion_that_hops_at_every_call_comes_back_right() {
    let program =
        program("def f(n):\n    return n if n < 2 else f(n - 1) + f(n - 2)\nprint(f(12))\n");
    let mut jit = compile(&program);
    let mut interpreter = Interpreter::<()>::default();
    assert_eq!(run(&program, &mut [&mut jit], false), ("144\n".into(), Exit::Finished));
    let engines: &mut [&mut dyn Engine] = &mut [&mut jit, &mut interpreter];
    assert_eq!(run(&program, engines, true), ("144\n".into(), Exit::Finished));
}

#[test]
fn deep_recursion_takes_no_native_stack() {
    let program = program("def f(n):\n    return 0 if n == 0 else 1 + f(n - 1)\nprint(f(998))\n");
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
    assert_eq!(compile(&program).resume(&mut vm), Exit::Finished);
    assert_eq!(heights.borrow().len(), 1000);
    assert_eq!(BTreeSet::from_iter(heights.take()).len(), 1);
}

#[test]
fn the_code_may_go_while_the_vm_stays() {
    let program = program(LOOP);
    let mut out = Vec::new();
    let mut vm = Vm::new(Arc::clone(&program), &mut out, false).unwrap();
    vm.set_hand_over(|| true);
    assert_eq!(compile(&program).resume(&mut vm), Exit::HandedOver);
    assert_eq!(compile(&program).resume(&mut vm), Exit::HandedOver);
    let mut rest = Interpreter::<()>::default();
    while rest.resume(&mut vm) == Exit::HandedOver {}
    vm.flush().unwrap();
    drop(vm);
    assert_eq!(out, b"45\n");
}

#[test]
#[should_panic(expected = "the code is another program's")]
fn the_code_of_another_program_is_refused() {
    let mut sink = std::io::sink();
    let mut vm = Vm::new(program("x = 1\n"), &mut sink, false).unwrap();
    compile(&program("x = 1\n")).resume(&mut vm);
}

#[test]
fn no_mapping_is_writable_and_executable() {
    let program = program(LOOP);
    let _code = compile(&program);
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let permissions = maps.lines().map(|line| line.split_whitespace().nth(1).unwrap());
    let both = permissions.filter(|flags| flags.contains('w') && flags.contains('x'));
    assert_eq!(both.count(), 0, "{maps}");
    // A mapping without a name, to read and execute: the code.
    let code = maps.lines().filter(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        fields[1] == "r-xp" && fields.len() == 5
    });
    assert!(code.count() > 0, "{maps}");
}
