//! Ctrl-C in programs that never end: a traceback, then death by the signal.

use std::fs;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use conformance::Engine;
use conformance::outcome::Status;
use conformance::process::{self, PATIENCE};
use rustix::process::{Pid, Signal, kill_process};

use crate::Case;
use crate::program::{Program, stderr};

pub(crate) const CASES: &[Case] = &[
    ("interrupted_while_loop", while_loop),
    ("interrupted_for_loop", for_loop),
    ("interrupted_calls", calls),
    ("interrupted_recursion_in_a_loop", recursion),
    ("interrupted_write_that_nobody_reads", blocked_write),
];

fn while_loop(engine: &Engine) {
    is_interrupted(engine, "while True:\n    pass\n");
}

fn for_loop(engine: &Engine) {
    is_interrupted(engine, "for i in range(4000000000000000000):\n    pass\n");
}

fn calls(engine: &Engine) {
    is_interrupted(engine, "def f():\n    pass\n\nwhile True:\n    f()\n");
}

fn recursion(engine: &Engine) {
    let source = "def f(n):\n    if n:\n        f(n - 1)\n\nwhile True:\n    f(500)\n";
    is_interrupted(engine, source);
}

/// The pipe is full and is not read before the process has ended.
fn blocked_write(engine: &Engine) {
    is_interrupted_when(engine, "while True:\n    print(\"x\")\n", |child| {
        wait_until(child, "no write had to wait", |child| is_in_state(child, 'S'));
        kill_process(pid(child), Signal::INT).expect("the process waits for ever");
        wait_until(child, "it goes on waiting", |child| is_in_state(child, 'Z'));
    });
}

fn is_interrupted(engine: &Engine, source: &str) {
    is_interrupted_when(engine, source, |child| {
        kill_process(pid(child), Signal::INT).expect("the process runs for ever");
    });
}

/// Starts a program, lets `interrupt` do that as soon as it is prepared for it,
/// and looks how it ended.
fn is_interrupted_when(engine: &Engine, source: &str, interrupt: impl FnOnce(&Child)) {
    let program = Program::new(source);
    let mut command = program.command(engine);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = process::start(&mut command).unwrap_or_else(|error| panic!("{error}"));
    // A signal that comes before the handler is there kills without a word. The
    // kernel knows when it is there.
    wait_until(&child, "no handler for SIGINT appeared", catches_interrupts);
    interrupt(&child);
    let outcome = process::finish(child, &process::shown(&command), PATIENCE)
        .unwrap_or_else(|error| panic!("{error}"));
    let report = stderr(&outcome);
    assert_eq!(
        outcome.status,
        Status::Killed(Signal::INT.as_raw()),
        "standard error was:\n{report}"
    );
    assert!(report.starts_with("Traceback (most recent call last):\n"), "{report}");
    assert!(report.ends_with("\nKeyboardInterrupt\n"), "{report}");
}

fn wait_until(child: &Child, otherwise: &str, condition: impl Fn(&Child) -> bool) {
    let start = Instant::now();
    while !condition(child) {
        assert!(start.elapsed() < PATIENCE, "{otherwise}");
        thread::sleep(Duration::from_millis(1));
    }
}

fn catches_interrupts(child: &Child) -> bool {
    assert!(!is_in_state(child, 'Z'), "the program ended before it could be interrupted");
    let mask = u64::from_str_radix(&status_line(child, "SigCgt:"), 16).expect("a hexadecimal mask");
    mask & 1 << (Signal::INT.as_raw() - 1) != 0
}

/// Whether a process sleeps (`S`), has ended (`Z`), …
fn is_in_state(child: &Child, state: char) -> bool {
    status_line(child, "State:").starts_with(state)
}

/// What Linux says of a process.
fn status_line(child: &Child, name: &str) -> String {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id()))
        .expect("a process that nobody waited for is listed");
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    line.expect("Linux says this of every process").trim().to_owned()
}

fn pid(child: &Child) -> Pid {
    Pid::from_child(child)
}
