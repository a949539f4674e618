//! Programs on the VM: endings, hops, and the limits of its memory.

use std::cell::RefCell;
use std::io::Write;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use ch00_workbench::{Console, Ending, Machine, RunOptions, Source};
use ch01_bytecode_vm::{
    BytecodeVm, Counts, Engine, Exit, Interpreter, Opcode, Program, Vm, load, run, traceback,
};

fn program(text: &str) -> Arc<Program> {
    load(Source { name: "program.py".into(), text: text.into() }).expect("a program")
}

/// Runs a program on the bench; returns its ending, output and errors.
fn outcome(text: &str, hop: Option<u64>) -> (Ending, String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let options = RunOptions { engine: "interpreter".into(), hop, ..RunOptions::default() };
    let console = Console { out: &mut out, is_terminal: false, err: &mut err };
    let ending = BytecodeVm.run(&program(text), &options, console).unwrap();
    (ending, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

const FIB: &str =
    "def fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)\nprint(fib(15))\n";

#[test]
fn a_program_prints_and_ends_with_status_0() {
    assert_eq!(outcome(FIB, None), (Ending::Status(0), "610\n".into(), String::new()));
}

/// A file that standard output and standard error both go to.
#[derive(Clone, Default)]
struct OneFile(Rc<RefCell<Vec<u8>>>);

impl Write for OneFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn what_was_printed_comes_before_the_traceback() {
    let file = OneFile::default();
    let (mut out, mut err) = (file.clone(), file.clone());
    let console = Console { out: &mut out, is_terminal: false, err: &mut err };
    let options = RunOptions { engine: "interpreter".into(), hop: None, ..RunOptions::default() };
    BytecodeVm.run(&program("print(1)\n1 // 0\n"), &options, console).unwrap();
    assert!(file.0.borrow().starts_with(b"1\nTraceback"));
}

#[test]
fn hops_between_engines_change_nothing() {
    let text = format!(
        "{FIB}for i in range(300):\n    while i < 3:\n        i += 1\nprint(i)\nfib(None)\n"
    );
    let straight = outcome(&text, None);
    assert_eq!(straight.0, Ending::Status(1));
    for seed in 0..20 {
        assert_eq!(outcome(&text, Some(seed)), straight, "seed {seed}");
    }
}

#[test]
fn control_can_be_handed_over_at_every_call_and_back_edge() {
    let program = program(FIB);
    let mut counter = Interpreter { observer: Counts::default() };
    let mut sink = std::io::sink();
    counter.resume(&mut Vm::new(program.clone(), &mut sink, false).unwrap());
    let polls = counter.observer.of(Opcode::Resume) + counter.observer.of(Opcode::JumpBackward);

    let mut vm = Vm::new(program, &mut sink, false).unwrap();
    vm.set_hand_over(|| true);
    let mut hops = 0;
    while Interpreter::<()>::default().resume(&mut vm) == Exit::HandedOver {
        hops += 1;
    }
    assert_eq!(hops, polls);
}

#[test]
fn an_interrupt_ends_an_endless_loop_and_an_endless_recursion() {
    for text in ["while True:\n    pass\n", "def f():\n    pass\nwhile True: f()\n"] {
        let mut sink = std::io::sink();
        let mut vm = Vm::new(program(text), &mut sink, false).unwrap();
        vm.poll_cell().store(Vm::interrupt_word(), Ordering::Relaxed);
        let mut engines: Vec<Box<dyn Engine>> = vec![Box::new(Interpreter::<()>::default())];
        assert!(run(&mut vm, &mut engines).is_err());
        assert!(traceback(&vm).ends_with("KeyboardInterrupt\n"));
    }
}

#[test]
fn a_function_may_have_a_million_instructions() {
    let lines = "    x += 1\n".repeat(250_000);
    let text = format!("def f(x):\n{lines}    return x\nprint(f(0))\n");
    let program = program(&text);
    assert!(program.codes()[1].instructions.len() > 1_000_000);
    assert_eq!(outcome(&text, None).1, "250000\n");
}

#[test]
fn frames_with_many_variables_fit_a_thousand_deep() {
    let assignments: String = (0..1000).map(|i| format!("    v{i} = n\n")).collect();
    let text = format!(
        "def f(n):\n{assignments}    return 0 if n == 0 else f(n - 1) + v999 - n\nprint(f(998))\n"
    );
    assert_eq!(outcome(&text, None).1, "0\n");
}

#[test]
fn a_frame_of_more_slots_than_there_may_be_is_refused() {
    let arguments = "1, ".repeat(140_000);
    let text = format!("print({arguments})\n");
    let source = Source { name: "program.py".into(), text: text.into() };
    let refusal = load(source).unwrap_err();
    assert!(refusal.message.contains("there may be at most 131072"), "{}", refusal.message);
}

#[test]
fn statistics_count_every_instruction() {
    let listing = BytecodeVm
        .show(&program("x = 1\nfor i in range(3):\n    x += i\n"), "stats", &RunOptions::default())
        .unwrap();
    insta::assert_snapshot!(listing);
}
