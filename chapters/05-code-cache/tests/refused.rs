//! Every call that the system can refuse to a cache: what has no code is interpreted.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))]

// Programs, from chapter 3; a system that refuses, from the tests of the arena.
#[path = "../../03-relocations/tests/running/mod.rs"]
#[expect(dead_code, reason = "chapter 3's own test compiles with chapter 3's JIT")]
mod running;
#[path = "../../04-executable-memory/tests/arena/watched.rs"]
#[expect(dead_code, reason = "the arena's own tests ask for more")]
mod watched;

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ch01_bytecode_vm::{Interpreter, JitError, Program};
use ch02_stencils::driver::Objects;
use ch03_relocations::layout::Peepholes;
use ch04_executable_memory::driver::options;
use ch04_executable_memory::{Arena, ArenaOptions, Strategy};
use ch05_code_cache::driver::Templates;
use ch05_code_cache::{Jit, JitOptions};
use running::{Outcome, program, run};
use watched::Watched;

/// More code than the first regions have room for.
fn many_functions() -> Arc<Program> {
    let mut text = String::new();
    for number in 0..60 {
        writeln!(text, "def f{number}(a, b):\n    return a * b + {number} if a > b else b % 7")
            .unwrap();
    }
    for number in (0..60).chain(0..60) {
        writeln!(text, "print(f{number}({number}, 30))").unwrap();
    }
    program(&text)
}

/// Runs the program in a system that refuses all calls from number `first` on that
/// `refuses` says. Returns what comes of it, how many calls there were, and how many
/// functions were compiled; none, if there was no engine at all.
fn run_refused(
    program: &Arc<Program>,
    templates: &Arc<Templates>,
    strategy: Strategy,
    refuses: impl Fn(usize) -> bool + Send + Sync + 'static,
) -> (Outcome, usize, Option<u64>) {
    let pages = Arc::new(Watched::default());
    let calls = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&calls);
    pages.refuse(move |_| refuses(count.fetch_add(1, Ordering::Relaxed) + 1));
    let options = ArenaOptions { strategy, first_region: 4096, near: None, ..options() };
    let arena = Arena::new(pages.clone(), options);
    // Little enough that code is evicted.
    let jit_options = JitOptions { budget: 30_000, ..JitOptions::default() };
    let jit = Jit::new(Arc::clone(program), Arc::clone(templates), arena, jit_options);
    let (outcome, compiled) = match jit {
        Ok(mut jit) => {
            let outcome = run(program, &mut jit);
            (outcome, Some(jit.statistics().compiled))
        }
        Err(JitError::Memory { .. }) => (run(program, &mut Interpreter::<()>::default()), None),
        Err(error) => panic!("the system's error is one of memory: {error}"),
    };
    assert_eq!(pages.trespasses(), []);
    (outcome, calls.load(Ordering::Relaxed), compiled)
}

/// Runs the program again and again, with later and later calls refused; returns how often
/// there was no engine, and how often there were fewer functions than usual.
fn refuse_in_turn(refuses: impl Fn(usize, usize) -> bool + Copy + Send + Sync + 'static) {
    let program = many_functions();
    let templates = Templates::load(&Objects::Prebuilt, Peepholes::ALL);
    let templates = Arc::new(templates.expect("they are good"));
    let expected = run(&program, &mut Interpreter::<()>::default());
    for strategy in [Strategy::DualMapping, Strategy::Flips] {
        let (outcome, usual, most) = run_refused(&program, &templates, strategy, |_| false);
        assert_eq!(outcome, expected);
        assert!(most > Some(100), "functions are evicted, and compiled again: {most:?}");
        let (mut without, mut fewer) = (0, 0);
        for turn in 1..=usual {
            let (outcome, _, compiled) =
                run_refused(&program, &templates, strategy, move |call| refuses(call, turn));
            assert_eq!(outcome, expected, "with call {turn} of {usual} refused, {strategy:?}");
            without += usize::from(compiled.is_none());
            fewer += usize::from(compiled.is_some() && compiled < most);
        }
        assert!(without > 0 && fewer > 0, "{without} and {fewer} of {usual}, {strategy:?}");
    }
}

#[test]
fn whatever_the_system_refuses_once_the_program_runs() {
    refuse_in_turn(|call, turn| call == turn);
}

#[test]
fn whatever_the_system_refuses_from_some_call_on_the_program_runs() {
    refuse_in_turn(|call, turn| call >= turn);
}
