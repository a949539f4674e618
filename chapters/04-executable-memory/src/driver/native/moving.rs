//! A test of the roots: functions get other code while they run, at random calls and
//! back edges, hundreds of frames deep, in two threads that share an arena. Whoever
//! returned to code that has been freed would run into traps.
#![expect(unsafe_code, reason = "gets hold of a native return address")]

use std::arch::naked_asm;
use std::cell::RefCell;
use std::ptr;
use std::sync::Arc;
use std::thread;

use ch00_workbench::Source;
use ch01_bytecode_vm::{CodeId, Engine, Exit, Interpreter, Program, Stepper, Vm, load, run};
use ch02_stencils::driver::{Objects, RuntimeFunction, Symbol, resume, runtime_address};
use ch02_stencils::{CodeAddress, HoleKind};
use ch03_relocations::driver::{Stencils, outside};
use ch03_relocations::layout::Peepholes;

use super::jit::Jit;
use super::memory::options;
use super::roots::VmRoots;
use crate::mechanism::{Arena, ArenaOptions, Strategy, SystemPages};

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

/// What moves functions in the middle of a run.
struct Mover {
    jit: *const Jit,
    random: fastrand::Rng,
    moves: usize,
    /// How many pieces of code waited at most.
    waiting: usize,
}

thread_local! {
    static MOVER: RefCell<Option<Mover>> = const { RefCell::new(None) };
}

/// What is called for `rt_attend`. On top of the native stack is where the code that
/// has called it goes on.
#[unsafe(naked)]
extern "sysv64" fn attend_and_move(_: &mut Vm<'_>) -> u32 {
    naked_asm!("mov rsi, [rsp]", "jmp {}", sym move_and_attend)
}

extern "sysv64" fn move_and_attend(vm: &mut Vm<'_>, here: CodeAddress) -> u32 {
    MOVER.with_borrow_mut(|mover| mover.as_mut().expect("somebody moves").maybe_move(vm, here));
    let attend = runtime_address(RuntimeFunction::Attend) as usize;
    // SAFETY: this is the runtime's function, of this type.
    let attend: extern "sysv64" fn(&mut Vm<'_>) -> u32 =
        unsafe { std::mem::transmute(ptr::with_exposed_provenance::<()>(attend)) };
    attend(vm)
}

impl Mover {
    fn maybe_move(&mut self, vm: &Vm<'_>, here: CodeAddress) {
        if self.random.u8(..16) != 0 {
            return;
        }
        let code = CodeId(self.random.u32(..vm.program().codes().len() as u32));
        // SAFETY: the JIT is borrowed by whoever runs the VM.
        let jit = unsafe { &*self.jit };
        // SAFETY: this is where the code goes on that has called us.
        let roots = unsafe { VmRoots::running(vm, here) };
        jit.recompile(code, &roots).expect("there is memory");
        self.moves += 1;
        self.waiting = self.waiting.max(jit.retired());
    }
}

fn moving_outside(kind: HoleKind) -> u64 {
    match Symbol::of(kind) {
        Symbol::Runtime(RuntimeFunction::Attend) => attend_and_move as *const () as u64,
        _ => outside(kind),
    }
}

fn arena(strategy: Strategy) -> Arc<Arena> {
    Arena::new(Arc::new(SystemPages), ArenaOptions { strategy, ..options() })
}

fn program() -> Arc<Program> {
    load(Source { name: "moving.py".into(), text: PROGRAM.into() }).expect("a program")
}

fn compile(program: &Arc<Program>, arena: &Arc<Arena>, outside: fn(HoleKind) -> u64) -> Jit {
    let stencils = Stencils::load(&Objects::Prebuilt, Peepholes::ALL).expect("the object is good");
    let (program, arena) = (Arc::clone(program), Arc::clone(arena));
    Jit::with_outside(program, Arc::new(stencils), arena, outside).expect("there is memory")
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

/// Runs the program while its functions move; returns how often one has moved, and how
/// many pieces of code waited at most to be freed.
fn run_moving(seed: u64, arena: &Arc<Arena>) -> (usize, usize) {
    let program = program();
    let jit = compile(&program, arena, moving_outside);
    let random = fastrand::Rng::with_seed(seed);
    let mover = Mover { jit: &raw const jit, random, moves: 0, waiting: 0 };
    MOVER.set(Some(mover));
    let mut out = Vec::new();
    let mut vm = Vm::new(Arc::clone(&program), &mut out, false).unwrap();
    vm.set_hand_over(|| false);
    assert_eq!(resume(&jit, &mut vm), Exit::Finished);
    // SAFETY: it has ended.
    let roots = unsafe { VmRoots::suspended(&vm) };
    jit.recompile(CodeId(0), &roots).expect("there is memory");
    assert_eq!(jit.retired(), 0, "nobody returns anywhere any more, with seed {seed}");
    vm.flush().unwrap();
    drop(vm);
    assert_eq!(out, expected(&program), "seed {seed}");
    let mover = MOVER.take().expect("nobody has taken it");
    (mover.moves, mover.waiting)
}

fn functions_move_while_they_run(strategy: Strategy) {
    let arena = arena(strategy);
    let threads = [0, 1].map(|thread| {
        let arena = Arc::clone(&arena);
        thread::spawn(move || {
            for seed in 0..4 {
                let (moves, waiting) = run_moving(thread * 1000 + seed, &arena);
                assert!(moves > 300, "{moves} moves");
                // Frames return to old code of three functions, each of which moved often.
                assert!(waiting > 20, "{waiting} pieces waited");
            }
        })
    });
    for thread in threads {
        thread.join().expect("no thread has failed");
    }
    assert_eq!(arena.usage().pieces, 0, "all code has been freed");
}

#[test]
fn functions_move_while_they_run_with_two_mappings() {
    functions_move_while_they_run(Strategy::DualMapping);
}

#[test]
fn functions_move_while_they_run_with_flips() {
    functions_move_while_they_run(Strategy::Flips);
}

/// The JIT and an interpreter take turns; before each turn of the JIT a function moves.
fn functions_move_between_turns(strategy: Strategy, seed: u64) {
    let (program, arena) = (program(), arena(strategy));
    let jit = compile(&program, &arena, outside);
    let mut random = fastrand::Rng::with_seed(seed);
    let mut steps = random.fork();
    let mut stepper = Stepper::new(move || steps.u32(1..40));
    let mut out = Vec::new();
    let mut vm = Vm::new(Arc::clone(&program), &mut out, false).unwrap();
    let mut decisions = random.fork();
    vm.set_hand_over(move || decisions.u8(..20) == 0);
    let mut is_jits_turn = true;
    loop {
        let exit = if is_jits_turn {
            let code = CodeId(random.u32(..program.codes().len() as u32));
            // SAFETY: nobody is running the VM.
            let roots = unsafe { VmRoots::suspended(&vm) };
            jit.recompile(code, &roots).expect("there is memory");
            resume(&jit, &mut vm)
        } else {
            stepper.resume(&mut vm)
        };
        match exit {
            Exit::HandedOver => is_jits_turn = !is_jits_turn,
            Exit::Finished => break,
            Exit::Raised => panic!("the program raises nothing"),
        }
    }
    vm.flush().unwrap();
    drop(vm);
    assert_eq!(out, expected(&program), "seed {seed}");
}

#[test]
fn functions_move_between_the_turns_of_two_engines() {
    for seed in 0..5 {
        functions_move_between_turns(Strategy::DualMapping, seed);
        functions_move_between_turns(Strategy::Flips, seed);
    }
}
