//! Programs from a cache: lazy, eager, starved, without any room, under stress, and in
//! turns with an interpreter.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))]
#![expect(unsafe_code, reason = "vouches for the frames of a VM that has handed over")]

// Chapter 3's: programs, and engines that take turns at running them.
#[path = "../../03-relocations/tests/running/mod.rs"]
#[expect(dead_code, reason = "chapter 3's own test compiles with chapter 3's JIT")]
mod running;

use std::fmt::Write;
use std::sync::Arc;
use std::thread;

use ch01_bytecode_vm::{CodeId, Engine, Exit, Interpreter, Program, Stepper, Vm};
use ch02_stencils::driver::Objects;
use ch03_relocations::layout::Peepholes;
use ch04_executable_memory::Arena;
use ch04_executable_memory::driver::{VmRoots, arena};
use ch05_code_cache::driver::Templates;
use ch05_code_cache::{Jit, JitOptions, When};
use running::{Outcome, corpus, hop, program, run};

fn templates() -> Arc<Templates> {
    let templates = Templates::load(&Objects::Prebuilt, Peepholes::ALL);
    Arc::new(templates.expect("the prebuilt objects are good"))
}

fn jit(
    program: &Arc<Program>,
    templates: &Arc<Templates>,
    arena: &Arc<Arena>,
    options: JitOptions,
) -> Jit {
    let (program, templates) = (Arc::clone(program), Arc::clone(templates));
    Jit::new(program, templates, Arc::clone(arena), options).expect("there is memory for code")
}

/// A program's JIT in an arena of its own.
fn alone(program: &Arc<Program>, options: JitOptions) -> Jit {
    jit(program, &templates(), &arena(), options)
}

const LAZY: JitOptions =
    JitOptions { when: When::Lazy, budget: 1 << 20, counts_calls: false, is_stressed: false };

/// All ways in which a program can be run.
const WAYS: [JitOptions; 10] = [
    LAZY,
    JitOptions { when: When::Off, ..LAZY },
    JitOptions { when: When::Eager, ..LAZY },
    JitOptions { when: When::Eager, budget: 1_500, ..LAZY },
    JitOptions { budget: 0, ..LAZY },
    JitOptions { budget: 600, ..LAZY },
    JitOptions { budget: 2_500, counts_calls: true, ..LAZY },
    JitOptions { counts_calls: true, ..LAZY },
    JitOptions { is_stressed: true, ..LAZY },
    JitOptions { is_stressed: true, budget: 1_200, ..LAZY },
];

/// Runs each program of the corpus in all ways, all in one arena, and compares what comes
/// of it with what chapter 1's interpreter made of the program.
fn check(execute: impl Fn(&Arc<Program>, Jit) -> Outcome) {
    let (cases, templates, arena) = (corpus(), templates(), arena());
    assert!(cases.len() > 100, "the corpus is there");
    for options in WAYS {
        for case in &cases {
            let jit = jit(&case.program, &templates, &arena, options);
            let cache = jit.view();
            let outcome = execute(&case.program, jit);
            assert_eq!(outcome, case.expected, "{} with {options:?}", case.name);
            let statistics = cache.statistics();
            assert!(statistics.peak_bytes <= options.budget, "{}: {statistics:?}", case.name);
            drop(cache);
            assert_eq!(arena.usage().pieces, 0, "{} has given its code back", case.name);
        }
    }
}

#[test]
fn however_functions_are_compiled_a_program_does_the_same() {
    check(|program, mut jit| run(program, &mut jit));
}

#[test]
fn code_takes_turns_with_the_interpreter_at_every_call_and_back_edge() {
    check(|program, mut jit| hop(program, &mut [&mut jit, &mut Interpreter::<()>::default()]));
}

#[test]
fn two_caches_take_turns_at_one_program() {
    let (templates, arena) = (templates(), arena());
    check(|program, mut one| {
        let mut other = jit(program, &templates, &arena, LAZY);
        hop(program, &mut [&mut one, &mut other, &mut Stepper::new(|| 2)])
    });
}

#[test]
fn code_goes_on_where_a_few_instructions_have_been_stepped_through() {
    check(|program, mut jit| hop(program, &mut [&mut Stepper::new(|| 3), &mut jit]));
}

/// Ten thousand functions, of which ten are called: chapter 4's cliffhanger.
fn many_functions() -> Arc<Program> {
    let mut text = String::new();
    for number in 0..10_000 {
        writeln!(text, "def f{number}(x):\n    return x + {number}").unwrap();
    }
    for number in 0..10 {
        writeln!(text, "print(f{}({number}))", 1000 * number).unwrap();
    }
    program(&text)
}

// ANCHOR: lazy
#[test]
fn what_is_not_called_is_not_compiled() {
    let program = many_functions();
    let mut jit = alone(&program, LAZY);
    assert_eq!(run(&program, &mut jit).printed.lines().count(), 10);
    let module_and_functions = 1 + 10;
    assert_eq!(jit.statistics().compiled, module_and_functions);
    assert_eq!(jit.statistics().functions, module_and_functions as usize);
}
// ANCHOR_END: lazy

#[test]
fn a_listing_has_all_functions_that_have_code_each_under_its_name() {
    let program = program("def f():\n    pass\ndef g():\n    return 7\ng()\n");
    let mut jit = alone(&program, LAZY);
    run(&program, &mut jit);
    let listing = jit.listing().to_string();
    assert!(!listing.contains("f: ") && listing.contains("<module>: "), "{listing}");
    let (_, g) = listing.split_once("\ng: 3 instructions, ").expect("it has code");
    assert!(g.contains("LOAD_CONST 0 (7)"), "{g}");
}

#[test]
fn what_is_eager_has_compiled_all_before_the_start() {
    let program = many_functions();
    let jit = alone(&program, JitOptions { when: When::Eager, budget: 1 << 24, ..LAZY });
    assert_eq!(jit.statistics().compiled, 10_001);
    assert_eq!(jit.statistics().visits, 0);
}

/// A function that is called a million times.
const MILLION: &str = "
def double(n):
    return n + n

total = 0
for i in range(1_000_000):
    total += double(i)
print(total)
";

// ANCHOR: million
#[test]
fn a_function_that_is_called_a_million_times_is_compiled_once_and_asked_for_once() {
    let program = program(MILLION);
    let mut jit = alone(&program, JitOptions { counts_calls: true, ..LAZY });
    assert_eq!(run(&program, &mut jit).printed, "999999000000\n");
    let double = jit.function_statistics(CodeId(1));
    assert_eq!((double.calls, double.visits, double.compiled), (Some(1_000_000), 1, 1));
    assert_eq!((double.refused, double.discarded, double.has_code), (0, 0, true));
}
// ANCHOR_END: million

#[test]
fn calls_are_counted_whether_there_is_code_or_not() {
    let program = program(&MILLION.replace("1_000_000", "1_000"));
    for budget in [0, 300, 1_000, 1 << 20] {
        let mut jit = alone(&program, JitOptions { counts_calls: true, budget, ..LAZY });
        run(&program, &mut jit);
        assert_eq!(jit.function_statistics(CodeId(1)).calls, Some(1_000), "with {budget} bytes");
        assert_eq!(jit.function_statistics(CodeId(0)).calls, Some(1), "with {budget} bytes");
    }
}

/// Each function is called in turn, and none waits for another.
fn in_turns(functions: u32, rounds: u32) -> Arc<Program> {
    let mut text = "def run(f, n):\n    return f(n)\n".to_owned();
    for number in 0..functions {
        writeln!(text, "def f{number}(n):\n    return n * {number} + n").unwrap();
    }
    writeln!(text, "total = 0\nfor i in range({rounds}):").unwrap();
    for number in 0..functions {
        writeln!(text, "    total += f{number}(i)").unwrap();
    }
    program(&(text + "print(total)\n"))
}

#[test]
fn with_little_room_code_comes_and_goes() {
    let program = in_turns(20, 3);
    let (mut jit, budget) = with_half_the_room(&program);
    assert_eq!(run(&program, &mut jit), run(&program, &mut Interpreter::<()>::default()));
    let statistics = jit.statistics();
    assert!(statistics.peak_bytes <= budget, "{statistics:?}");
    assert!(statistics.evicted > 40, "{statistics:?}");
    assert_eq!(statistics.refused, 0, "there is always something to evict");
}

#[test]
fn what_comes_and_goes_too_often_is_interpreted_and_nobody_asks_at_each_call() {
    let program = in_turns(20, 5_000);
    let (mut jit, _) = with_half_the_room(&program);
    assert_eq!(run(&program, &mut jit), run(&program, &mut Interpreter::<()>::default()));
    // At first and four times more, ten until the most calls pass, then once in 1,024.
    let most = 20 * (1 + 4 + 10 + 5_000 / 1_024);
    let statistics = jit.statistics();
    assert!((200..most).contains(&statistics.compiled), "{statistics:?}");
    assert!(statistics.visits <= 2 * most, "before and after calls that pass: {statistics:?}");
}

/// An engine with room for all of the module, and half of the functions; and how much
/// that is.
fn with_half_the_room(program: &Arc<Program>) -> (Jit, usize) {
    let mut whole = alone(program, LAZY);
    run(program, &mut whole);
    let needed = whole.statistics().bytes;
    let module = whole.function_statistics(CodeId(0)).bytes;
    let budget = module + (needed - module) / 2;
    (alone(program, JitOptions { budget, ..LAZY }), budget)
}

#[test]
fn what_fits_three_quarters_of_the_budget_is_never_put_to_doze() {
    let program = in_turns(20, 50);
    let mut whole = alone(&program, LAZY);
    run(&program, &mut whole);
    let needed = whole.statistics().bytes;
    let mut jit = alone(&program, JitOptions { budget: needed * 4 / 3 + 8, ..LAZY });
    run(&program, &mut jit);
    let statistics = jit.statistics();
    assert_eq!((statistics.woken, statistics.evicted, statistics.visits), (0, 0, 21));
}

const DEEP: &str = "
def down(n):
    return 0 if n == 0 else 1 + down(n - 1)

print(down(900))
";

/// A VM that has handed over when the recursion is so many frames deep.
fn deep<'io>(program: &Arc<Program>, jit: &mut Jit, out: &'io mut Vec<u8>) -> Vm<'io> {
    let mut vm = Vm::new(Arc::clone(program), out, false).unwrap();
    let mut calls = 0;
    vm.set_hand_over(move || {
        calls += 1;
        calls == 890
    });
    assert_eq!(jit.resume(&mut vm), Exit::HandedOver);
    assert!(vm.frames().count() > 880);
    vm
}

#[test]
fn code_that_frames_return_to_is_not_evicted() {
    let (program, mut out) = (program(DEEP), Vec::new());
    let mut jit = alone(&program, LAZY);
    let mut vm = deep(&program, &mut jit, &mut out);
    let before = jit.statistics();
    // SAFETY: it has handed over, and only this engine has run it.
    let evicted = unsafe { jit.evict_all(&vm) };
    assert_eq!((evicted, jit.statistics()), (0, before));
    assert_eq!(jit.resume(&mut vm), Exit::Finished);
    vm.flush().unwrap();
    drop(vm);
    assert_eq!(out, b"900\n");
}

#[test]
fn code_that_frames_return_to_is_invalidated_and_the_interpreter_goes_on_in_them() {
    let (program, mut out) = (program(DEEP), Vec::new());
    let arena = arena();
    let mut jit = jit(&program, &templates(), &arena, LAZY);
    let mut vm = deep(&program, &mut jit, &mut out);
    let pieces = arena.usage().pieces;
    // SAFETY: it has handed over, and only this engine has run it.
    let was_there = unsafe { jit.invalidate(CodeId(1), &vm) };
    assert!(was_there);
    assert_eq!(arena.usage().pieces, pieces - 1, "it has been freed under 880 frames");
    assert_eq!(jit.resume(&mut vm), Exit::Finished);
    vm.flush().unwrap();
    drop(vm);
    assert_eq!(out, b"900\n");
    assert_eq!(jit.function_statistics(CodeId(1)).compiled, 2, "whoever resumes needs it again");
}

#[test]
fn two_threads_share_stencils_and_arena_and_nothing_else() {
    let (templates, arena) = (templates(), arena());
    let threads = [0, 1].map(|_| {
        let (templates, arena) = (Arc::clone(&templates), Arc::clone(&arena));
        thread::spawn(move || {
            for case in corpus() {
                for options in [LAZY, JitOptions { is_stressed: true, ..LAZY }] {
                    let mut jit = jit(&case.program, &templates, &arena, options);
                    assert_eq!(run(&case.program, &mut jit), case.expected, "{}", case.name);
                }
            }
        })
    });
    threads.into_iter().for_each(|thread| thread.join().expect("no thread has failed"));
    assert_eq!(arena.usage().pieces, 0);
}

/// Runs a VM to its end.
fn finish(mut vm: Vm<'_>, jit: &mut Jit) {
    assert_eq!(jit.resume(&mut vm), Exit::Finished);
    vm.flush().unwrap();
}

#[test]
fn what_is_invalidated_for_one_vm_is_not_entered_by_another() {
    let program = program(DEEP);
    let (mut one, mut other) = (Vec::new(), Vec::new());
    let mut jit = alone(&program, LAZY);
    let mut ended = Vm::new(Arc::clone(&program), &mut other, false).unwrap();
    assert_eq!(jit.resume(&mut ended), Exit::Finished);
    let vm = deep(&program, &mut jit, &mut one);
    // SAFETY: it has ended.
    assert!(unsafe { jit.invalidate(CodeId(1), &ended) });
    finish(vm, &mut jit);
    assert_eq!(one, b"900\n");
}

#[test]
fn who_has_written_a_single_entry_is_found_out() {
    let program = program("def f(n):\n    return n\nfor i in range(9):\n    print(f(i))\n");
    let (arena, mut out) = (arena(), Vec::new());
    let mut jit = alone(&program, LAZY);
    let mut vm = Vm::new(Arc::clone(&program), &mut out, false).unwrap();
    let mut calls = 0;
    vm.set_hand_over(move || {
        calls += 1;
        calls == 5
    });
    assert_eq!(jit.resume(&mut vm), Exit::HandedOver);
    let stencils = running::stencils(Peepholes::ALL);
    let earlier = ch04_executable_memory::Jit::new(Arc::clone(&program), stencils, arena);
    let earlier = earlier.expect("there is memory");
    // SAFETY: it has handed over.
    let roots = unsafe { VmRoots::suspended(&vm) };
    earlier.recompile(CodeId(1), &roots).expect("there is memory");
    drop(earlier);
    finish(vm, &mut jit);
    assert_eq!(out, b"0\n1\n2\n3\n4\n5\n6\n7\n8\n");
}

#[test]
fn an_engine_that_has_run_one_vm_runs_another() {
    let program = program(DEEP);
    let mut jit = alone(&program, LAZY);
    for _ in 0..3 {
        assert_eq!(run(&program, &mut jit).printed, "900\n");
    }
    assert_eq!(jit.statistics().compiled, 2);
}

// ANCHOR: cliffhanger
/// The cliffhanger of this chapter: most instructions of a loop move operands to the
/// operand stack, take them from there, or say where its top is.
#[test]
fn most_instructions_of_a_loop_are_about_the_operand_stack() {
    let program = program(include_str!("../../../book/programs/loop.py"));
    let jit = alone(&program, JitOptions { when: When::Eager, ..LAZY });
    let listing = jit.listing().to_string();
    let body = listing.split("L1: LOAD_FAST").nth(1).expect("a loop begins there");
    let body = body.split("JUMP_BACKWARD L1").next().expect("and ends there");
    // In r14, and sometimes copied to rbx and rax, is where the top of the stack is.
    let is_about_it = |line: &&str| {
        ["[r14", "add r14", ", r14", "[rbx-", "[rax-8]"].iter().any(|it| line.contains(it))
    };
    let instructions = || body.lines().filter(|line| line.starts_with("         "));
    let counts = (instructions().count(), instructions().filter(is_about_it).count());
    assert_eq!(counts, (65, 34));
}
// ANCHOR_END: cliffhanger
