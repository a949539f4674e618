//! Compiling and evicting without end takes no more memory than doing so once.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))]
#![expect(unsafe_code, reason = "vouches for the frames of a VM that has ended")]

// From the tests of the arena: a process of its own, and what the system says of it.
#[path = "../../04-executable-memory/tests/arena/alone.rs"]
mod alone;
#[path = "../../04-executable-memory/tests/arena/maps.rs"]
#[expect(dead_code, reason = "the arena's own tests ask for more")]
mod maps;

use std::sync::Arc;

use alone::in_a_process_of_its_own;
use ch00_workbench::Source;
use ch01_bytecode_vm::{Engine, Exit, Program, Vm, load};
use ch02_stencils::driver::Objects;
use ch03_relocations::layout::Peepholes;
use ch04_executable_memory::driver::arena;
use ch05_code_cache::driver::Templates;
use ch05_code_cache::{Jit, JitOptions};
use maps::{mappings, resident};

const FIB: &str = "
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)

print(fib(N))
";

fn fib(n: u32) -> Arc<Program> {
    let text = FIB.replace('N', &n.to_string()).into();
    load(Source { name: "fib.py".into(), text }).expect("a program")
}

/// After so many runs, no more memory is needed.
const WARM: u64 = 10;

/// Runs the program, and throws all code away.
fn run_and_evict(program: &Arc<Program>, jit: &mut Jit, expected: &[u8]) {
    let mut out = Vec::new();
    let mut vm = Vm::new(Arc::clone(program), &mut out, false).expect("there is memory");
    assert_eq!(jit.resume(&mut vm), Exit::Finished);
    // SAFETY: it has ended, and only this engine has run it.
    assert_eq!(unsafe { jit.evict_all(&vm) }, 2, "the module and fib");
    vm.flush().expect("a vector takes everything");
    drop(vm);
    assert_eq!(out, expected);
}

#[test]
fn fib_is_compiled_and_evicted_again_and_again_and_memory_does_not_grow() {
    let test = "fib_is_compiled_and_evicted_again_and_again_and_memory_does_not_grow";
    in_a_process_of_its_own(test, || {
        let templates = Templates::load(&Objects::Prebuilt, Peepholes::ALL);
        let (templates, arena) = (Arc::new(templates.expect("they are good")), arena());
        for (n, expected, times) in [(10, "55\n", 10_000), (30, "832040\n", 50)] {
            let program = fib(n);
            let mut jit = Jit::new(
                Arc::clone(&program),
                Arc::clone(&templates),
                Arc::clone(&arena),
                JitOptions::default(),
            )
            .expect("there is memory");
            for _ in 0..WARM {
                run_and_evict(&program, &mut jit, expected.as_bytes());
            }
            let before = (arena.usage(), mappings().len());
            let plateau = resident();
            for _ in 0..times {
                run_and_evict(&program, &mut jit, expected.as_bytes());
            }
            assert_eq!((arena.usage(), mappings().len()), before, "fib({n})");
            assert!(resident() * 10 <= plateau * 11, "{plateau} have become {}", resident());
            assert_eq!(jit.statistics().compiled, 2 * (WARM + times));
        }
    });
}
