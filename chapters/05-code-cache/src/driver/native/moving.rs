//! A test of eviction underfoot: while a program runs, at random calls and back edges,
//! hundreds of frames deep, code is evicted and invalidated, in two threads that share an
//! arena. Whoever returned to code that has been freed would run into traps. Chapter 5 of
//! the book, "Who goes first" and "What code takes for granted".
#![expect(unsafe_code, reason = "gets hold of a native return address")]

use std::arch::naked_asm;
use std::cell::RefCell;
use std::ptr;
use std::sync::Arc;
use std::thread;

use ch00_workbench::Source;
use ch01_bytecode_vm::{CodeId, Engine, Exit, Interpreter, Program, Vm, load, run};
use ch02_stencils::driver::{Objects, RuntimeFunction, Symbol, runtime_address};
use ch02_stencils::{CodeAddress, HoleKind};
use ch03_relocations::driver::outside;
use ch03_relocations::layout::Peepholes;
use ch04_executable_memory::driver::options;
use ch04_executable_memory::{Arena, ArenaOptions, Strategy, SystemPages};

use super::compiler::{FunctionCompiler, token};
use super::jit::Jit;
use super::templates::Templates;
use super::view::CacheView;
use crate::driver::options::JitOptions;
use crate::mechanism::Statistics;

/// Recursion through two functions, 900 frames deep; on the way back up there are
/// loops, so that frames are left in which functions have changed meanwhile.
const PROGRAM: &str = "
def down(n, sum):
    if n == 0:
        return turn(sum)
    return across(n - 1, sum + n) + 1

def across(n, sum):
    deeper = down(n, sum)
    i = 0
    while i < 3:
        i = i + 1
        deeper = deeper + around(i)
    return deeper

def around(n):
    return n * 2 - n

def turn(sum):
    return sum

for round in range(3):
    print(down(450, 0))
";

/// What throws code away in the middle of a run.
struct Vandal {
    cache: CacheView,
    random: fastrand::Rng,
    /// How much code that was running or waited to be returned to was invalidated.
    underfoot: usize,
}

thread_local! {
    static VANDAL: RefCell<Option<Vandal>> = const { RefCell::new(None) };
}

/// What is called for `rt_attend`. On top of the native stack is where the code that
/// has called it goes on.
#[unsafe(naked)]
extern "sysv64" fn attend_and_act(_: &mut Vm<'_>) -> u32 {
    naked_asm!("mov rsi, [rsp]", "jmp {}", sym act_and_attend)
}

extern "sysv64" fn act_and_attend(vm: &mut Vm<'_>, here: CodeAddress) -> u32 {
    VANDAL.with_borrow_mut(|vandal| vandal.as_mut().expect("somebody acts").maybe_act(vm, here));
    let attend = runtime_address(RuntimeFunction::Attend) as usize;
    // SAFETY: this is the runtime's function, of this type.
    let attend: extern "sysv64" fn(&mut Vm<'_>) -> u32 =
        unsafe { std::mem::transmute(ptr::with_exposed_provenance::<()>(attend)) };
    attend(vm)
}

impl Vandal {
    fn maybe_act(&mut self, vm: &Vm<'_>, here: CodeAddress) {
        let action = self.random.u8(..32);
        let code = CodeId(self.random.u32(..vm.program().codes().len() as u32));
        // SAFETY: this is where the code goes on that has called us.
        unsafe {
            self.cache.while_running(vm, here, |cache, host| match action {
                0 => self.underfoot += cache.invalidate(token(code), host),
                1..4 => _ = cache.evict(code, host),
                4 => _ = cache.evict_all(host),
                _ => {}
            });
        }
    }
}

fn acting_outside(kind: HoleKind) -> u64 {
    match Symbol::of(kind) {
        Symbol::Runtime(RuntimeFunction::Attend) => attend_and_act as *const () as u64,
        _ => outside(kind),
    }
}

fn program() -> Arc<Program> {
    load(Source { name: "moving.py".into(), text: PROGRAM.into() }).expect("a program")
}

fn jit(program: &Arc<Program>, arena: &Arc<Arena>, budget: usize) -> Jit {
    let templates = Templates::load(&Objects::Prebuilt, Peepholes::ALL);
    let templates = Arc::new(templates.expect("the objects are good"));
    let stencils = Arc::clone(&templates.stencils);
    let compiler = FunctionCompiler::with_outside(Arc::clone(program), stencils, acting_outside);
    let options = JitOptions { budget, ..JitOptions::default() };
    let (program, arena) = (Arc::clone(program), Arc::clone(arena));
    Jit::with_compiler(program, templates, arena, options, compiler).expect("there is memory")
}

/// What chapter 1's interpreter prints.
fn expected(program: &Arc<Program>) -> Vec<u8> {
    let mut out = Vec::new();
    let mut vm = Vm::new(Arc::clone(program), &mut out, false).unwrap();
    run(&mut vm, &mut [Box::new(Interpreter::<()>::default())]).unwrap();
    vm.flush().unwrap();
    drop(vm);
    out
}

/// Runs the program while code is thrown away; returns what the cache has done, and how
/// often code was invalidated.
fn run_underfoot(seed: u64, arena: &Arc<Arena>, budget: usize) -> (Statistics, usize) {
    let program = program();
    let mut jit = jit(&program, arena, budget);
    let random = fastrand::Rng::with_seed(seed);
    VANDAL.set(Some(Vandal { cache: jit.view(), random, underfoot: 0 }));
    let mut out = Vec::new();
    let mut vm = Vm::new(Arc::clone(&program), &mut out, false).unwrap();
    vm.set_hand_over(|| false);
    assert_eq!(jit.resume(&mut vm), Exit::Finished);
    vm.flush().unwrap();
    drop(vm);
    assert_eq!(out, expected(&program), "seed {seed}");
    let vandal = VANDAL.take().expect("nobody has taken it");
    let statistics = jit.statistics();
    assert!(statistics.peak_bytes <= budget, "seed {seed}: {statistics:?}");
    (statistics, vandal.underfoot)
}

fn code_goes_while_it_runs(strategy: Strategy) {
    let arena = Arena::new(Arc::new(SystemPages), ArenaOptions { strategy, ..options() });
    let threads = [0, 1].map(|thread| {
        let arena = Arc::clone(&arena);
        thread::spawn(move || {
            let (mut recompiled, mut evicted, mut underfoot) = (0, 0, 0);
            for seed in 0..12 {
                // Room for all of it, or for two of five functions.
                let budget = if seed % 2 == 0 { 1 << 20 } else { 2_600 };
                let (statistics, times) = run_underfoot(thread * 1000 + seed, &arena, budget);
                recompiled += statistics.recompiled;
                evicted += statistics.evicted;
                underfoot += times;
            }
            assert!(underfoot > 200, "{underfoot} times underfoot");
            assert!(evicted > 100 && recompiled > 400, "{evicted} evicted, {recompiled} again");
        })
    });
    for thread in threads {
        thread.join().expect("no thread has failed");
    }
    assert_eq!(arena.usage().pieces, 0, "all code has been freed");
}

#[test]
fn code_goes_while_it_runs_with_two_mappings() {
    code_goes_while_it_runs(Strategy::DualMapping);
}

#[test]
fn code_goes_while_it_runs_with_flips() {
    code_goes_while_it_runs(Strategy::Flips);
}
