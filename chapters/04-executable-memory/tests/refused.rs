//! Every call that the system can refuse to the JIT: there is an error, nothing is lost,
//! and the interpreter runs the program.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))]

// Programs, from chapter 3; a system that refuses, from the tests of the arena.
#[path = "../../03-relocations/tests/running/mod.rs"]
#[expect(dead_code, reason = "chapter 3's own test compiles with chapter 3's JIT")]
mod running;
#[path = "arena/watched.rs"]
#[expect(dead_code, reason = "the arena's own tests ask for more")]
mod watched;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ch01_bytecode_vm::{Interpreter, JitError, Program};
use ch03_relocations::layout::Peepholes;
use ch04_executable_memory::driver::options;
use ch04_executable_memory::{Arena, ArenaOptions, Jit, Strategy};
use running::{Outcome, program, run, stencils};
use watched::Watched;

/// More code than the first region has room for.
const PROGRAM: &str = "
def f(a, b):
    return a * b + a - b if a > b else b % (a + 1)

def g(n):
    total = 0
    for i in range(n):
        total += f(i, n - i)
    return total

print(g(10))
";

/// Runs the program in a system that refuses call number `refused`. Returns what comes of
/// it, how many calls there were, and whether it was compiled.
fn run_refused(
    program: &Arc<Program>,
    strategy: Strategy,
    refused: usize,
) -> (Outcome, usize, bool) {
    let pages = Arc::new(Watched::default());
    let calls = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&calls);
    pages.refuse(move |_| count.fetch_add(1, Ordering::Relaxed) + 1 == refused);
    let options = ArenaOptions { strategy, first_region: 4096, near: None, ..options() };
    let arena = Arena::new(pages.clone(), options);
    let jit = Jit::new(Arc::clone(program), stencils(Peepholes::ALL), Arc::clone(&arena));
    let (outcome, is_compiled) = match jit {
        Ok(mut jit) => (run(program, &mut jit), true),
        Err(JitError::Memory { .. }) => (run(program, &mut Interpreter::<()>::default()), false),
        Err(error) => panic!("the system's error is one of memory: {error}"),
    };
    // With flips, to take code back is a call, too; if it is refused, the code stays.
    let left = usize::from(is_compiled && strategy == Strategy::Flips);
    assert!(arena.usage().pieces <= left, "code is left, with call {refused} refused");
    assert_eq!(pages.trespasses(), []);
    (outcome, calls.load(Ordering::Relaxed), is_compiled)
}

#[test]
fn whatever_the_system_refuses_the_program_runs() {
    let program = program(PROGRAM);
    let expected = run(&program, &mut Interpreter::<()>::default());
    for strategy in [Strategy::DualMapping, Strategy::Flips] {
        let mut fell_back = 0;
        for refused in 1.. {
            let (outcome, calls, is_compiled) = run_refused(&program, strategy, refused);
            assert_eq!(outcome, expected, "with call {refused} refused");
            fell_back += usize::from(!is_compiled);
            if calls < refused {
                assert!(is_compiled, "nothing was refused");
                break;
            }
        }
        assert!(fell_back >= 4, "{fell_back} calls are needed, with {strategy:?}");
    }
}
