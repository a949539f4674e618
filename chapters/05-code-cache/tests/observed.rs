//! Whoever is called by code that is running may look at the cache that it is from.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))]

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;
use std::sync::Arc;

use ch00_workbench::Source;
use ch01_bytecode_vm::{Engine, Exit, Program, Vm, load};
use ch02_stencils::driver::Objects;
use ch03_relocations::layout::Peepholes;
use ch04_executable_memory::driver::arena;
use ch05_code_cache::driver::Templates;
use ch05_code_cache::{CacheView, Jit, JitOptions};

const PROGRAM: &str = "
def double(n):
    return n + n

def square(n):
    return n * n

print(double(3))
print(square(3))
";

fn program() -> Arc<Program> {
    load(Source { name: "observed.py".into(), text: PROGRAM.into() }).expect("a program")
}

fn jit(program: &Arc<Program>) -> Jit {
    let templates = Templates::load(&Objects::Prebuilt, Peepholes::ALL);
    let templates = Arc::new(templates.expect("the prebuilt objects are good"));
    let jit = Jit::new(Arc::clone(program), templates, arena(), JitOptions::default());
    jit.expect("there is memory for code")
}

/// How many functions have been compiled, and all that is told of the cache.
fn look(cache: &CacheView) -> (u64, String) {
    (cache.statistics().compiled, cache.listing().to_string())
}

/// What a program prints to, which looks at the cache at every line.
struct Observer {
    cache: CacheView,
    seen: Vec<(u64, String)>,
}

impl Write for Observer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.seen.push(look(&self.cache));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn the_cache_can_be_looked_at_while_the_program_prints() {
    let program = program();
    let mut jit = jit(&program);
    let mut observer = Observer { cache: jit.view(), seen: Vec::new() };
    // Each line is written at once.
    let mut vm = Vm::new(Arc::clone(&program), &mut observer, true).expect("it can start");
    assert_eq!(jit.resume(&mut vm), Exit::Finished);
    drop(vm);
    let compiled: Vec<u64> = observer.seen.iter().map(|(compiled, _)| *compiled).collect();
    assert_eq!(compiled, [2, 3], "the module, and one function after the other");
    assert!(observer.seen[0].1.contains("1 function never called"), "{:?}", observer.seen);
}

#[test]
fn the_cache_can_be_looked_at_at_every_call() {
    let (program, mut out) = (program(), Vec::new());
    let mut jit = jit(&program);
    let seen = Rc::new(RefCell::new(Vec::new()));
    let mut vm = Vm::new(Arc::clone(&program), &mut out, false).expect("it can start");
    let (cache, seen_at_calls) = (jit.view(), Rc::clone(&seen));
    vm.set_hand_over(move || {
        seen_at_calls.borrow_mut().push(look(&cache).0);
        false
    });
    assert_eq!(jit.resume(&mut vm), Exit::Finished);
    assert_eq!(*seen.borrow(), [1, 2, 3], "the module and two functions, as they begin");
}
