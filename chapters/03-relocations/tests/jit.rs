//! Programs as linked code, with every set of peepholes.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))]

mod running;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use ch00_workbench::Line;
use ch01_bytecode_vm::{Engine, Exit, Interpreter, Program, Stepper, Vm};
use ch03_relocations::Jit;
use ch03_relocations::driver::Stencils;
use ch03_relocations::layout::{Peephole, Peepholes};
use running::{Outcome, compile, corpus, hop, program, run, stencils};

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

/// The names of the peepholes in a set.
fn names(peepholes: Peepholes) -> Vec<&'static str> {
    let those = Peephole::ALL.into_iter().filter(|&one| peepholes.contains(one));
    those.map(Peephole::name).collect()
}

/// Compiles each program of the corpus with these sets of peepholes, and compares
/// what comes of it with what chapter 1's interpreter made of the program.
fn check(
    sets: impl Iterator<Item = Peepholes>,
    execute: impl Fn(&Arc<Program>, &Arc<Stencils>) -> Outcome,
) {
    let cases = corpus();
    assert!(cases.len() > 100, "the corpus is there");
    for peepholes in sets {
        let stencils = stencils(peepholes);
        for case in &cases {
            let outcome = execute(&case.program, &stencils);
            assert_eq!(outcome, case.expected, "{} with {:?}", case.name, names(peepholes));
        }
    }
}

#[test]
fn every_set_of_peepholes_does_what_the_interpreter_does() {
    check(Peepholes::every(), |program, stencils| run(program, &mut compile(program, stencils)));
}

#[test]
fn every_set_of_peepholes_takes_turns_with_the_interpreter_at_every_call_and_back_edge() {
    check(Peepholes::every(), |program, stencils| {
        let engines: &mut [&mut dyn Engine] = &mut [
            &mut compile(program, stencils),
            &mut compile(program, stencils),
            &mut Interpreter::<()>::default(),
        ];
        hop(program, engines)
    });
}

/// The sets of peepholes that have all of them, all but one, or none.
fn main_sets() -> impl Iterator<Item = Peepholes> {
    let all_but_one = Peephole::ALL.map(|peephole| Peepholes::ALL.without(peephole));
    [Peepholes::ALL, Peepholes::NONE].into_iter().chain(all_but_one)
}

#[test]
fn code_goes_on_where_a_few_instructions_have_been_stepped_through() {
    for portion in [1, 4] {
        check(main_sets(), |program, stencils| {
            let stepper = &mut Stepper::new(move || portion);
            hop(program, &mut [stepper, &mut compile(program, stencils)])
        });
    }
}

#[test]
fn code_goes_on_from_any_instruction() {
    let stencils = [Peepholes::ALL, Peepholes::NONE].map(stencils);
    for text in [LOOP, FIB] {
        let program = program(text);
        let expected = run(&program, &mut Interpreter::<()>::default());
        for portion in 1..40 {
            for stencils in &stencils {
                let engines: &mut [&mut dyn Engine] =
                    &mut [&mut Stepper::new(move || portion), &mut compile(&program, stencils)];
                assert_eq!(hop(&program, engines), expected, "after {portion}");
            }
        }
    }
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
    let mut jit = compile(&program, &stencils(Peepholes::ALL));
    assert_eq!(jit.resume(&mut vm), Exit::Finished);
    let heights = heights.take();
    assert_eq!(heights.len(), 1000);
    assert_eq!(BTreeSet::from_iter(heights).len(), 1);
}

#[test]
fn the_code_may_go_while_the_vm_stays() {
    let stencils = stencils(Peepholes::ALL);
    for text in [LOOP, FIB] {
        let program = program(text);
        let mut out = Vec::new();
        let mut vm = Vm::new(Arc::clone(&program), &mut out, false).unwrap();
        vm.set_hand_over(|| true);
        for _ in 0..8 {
            assert_eq!(compile(&program, &stencils).resume(&mut vm), Exit::HandedOver);
        }
        vm.set_hand_over(|| false);
        assert_eq!(compile(&program, &stencils).resume(&mut vm), Exit::Finished);
    }
}

#[test]
#[should_panic(expected = "the code is another program's")]
fn the_code_of_another_program_is_refused() {
    let mut sink = std::io::sink();
    let mut vm = Vm::new(program("x = 1\n"), &mut sink, false).unwrap();
    compile(&program("x = 1\n"), &stencils(Peepholes::ALL)).resume(&mut vm);
}

/// The lines of the hot part of `sum_below`.
fn hot_lines(jit: &Jit) -> Vec<Line> {
    let lines = jit.listing().lines.into_iter();
    let body = lines.skip_while(|line| !line.heading.starts_with("sum_below:")).skip(1);
    body.take_while(|line| line.heading.is_empty()).collect()
}

/// One round of the loop, from its first instruction until it is there again, when
/// all values are small integers: how many instructions, and which jumps are taken.
fn round(lines: &[Line]) -> (usize, Vec<&str>) {
    let head = |number: usize| {
        let start = format!("{number:3} ");
        lines.iter().position(|line| line.origin.starts_with(&start)).expect("it is listed")
    };
    let (first, last) = (5, 17);
    assert!(lines[head(first)].origin.ends_with("L1: LOAD_FAST 2 (i)"));
    assert!(lines[head(last)].origin.ends_with("JUMP_BACKWARD L1"));
    let (mut at, mut steps, mut taken) = (head(first), 0, Vec::new());
    loop {
        let line = &lines[at];
        let is_head = line.text.is_empty() && !line.origin.trim().is_empty();
        steps += usize::from(is_head);
        at += 1;
        let Some((jump, place)) = jump(&line.text) else { continue };
        let instruction = instruction(place);
        let stays = instruction.is_some_and(|number| (first..=last).contains(&number));
        if jump != "jmp" && !stays {
            continue; // To a slow path, or out of the loop.
        }
        taken.push(line.text.as_str());
        match instruction {
            Some(number) if number == first => return (steps, taken),
            Some(number) => at = head(number),
            None => at += lines[at..].iter().position(|it| it.label == place).expect("a label"),
        }
    }
}

/// The name of a jump, and where it goes.
fn jump(text: &str) -> Option<(&str, &str)> {
    let (name, place) = text.split_once(' ')?;
    name.starts_with('j').then_some((name, place.trim_start_matches("short ")))
}

/// The number of the instruction whose code a place is the start of.
fn instruction(place: &str) -> Option<usize> {
    place.strip_prefix("sum_below[")?.strip_suffix(']')?.parse().ok()
}

/// How many jumps a round of the shared loop takes.
fn jumps_of_a_round(peepholes: Peepholes) -> usize {
    let lines = hot_lines(&compile(&program(LOOP), &stencils(peepholes)));
    let (instructions, taken) = round(&lines);
    assert_eq!(instructions, 13, "a round has thirteen instructions");
    taken.len()
}

// ANCHOR: loop_jumps
#[test]
fn the_shared_loop_takes_one_jump_in_thirteen_bytecodes() {
    assert_eq!(jumps_of_a_round(Peepholes::NONE), 19);
    assert_eq!(jumps_of_a_round(Peepholes::ALL), 1);
    let without = |peephole| jumps_of_a_round(Peepholes::ALL.without(peephole));
    assert_eq!(without(Peephole::FallThrough), 19);
    assert_eq!(without(Peephole::InvertedBranches), 2);
    assert_eq!(without(Peephole::ThreadedJumps), 2);
    assert_eq!(without(Peephole::ColdStream), 4);
    assert_eq!(without(Peephole::ShortJumps), 1);
}
// ANCHOR_END: loop_jumps
