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

fn is_interrupted(engine: &Engine, source: &str) {
    let program = Program::new(source);
    let mut command = program.command(engine);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = process::start(&mut command).unwrap_or_else(|error| panic!("{error}"));
    wait_until_it_catches_interrupts(&child);
    kill_process(pid(&child), Signal::INT).expect("the process runs for ever");
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

/// A signal that comes before the handler is there kills without a word. The
/// kernel knows when it is there.
fn wait_until_it_catches_interrupts(child: &Child) {
    let start = Instant::now();
    while !catches_interrupts(child) {
        assert!(start.elapsed() < PATIENCE, "no handler for SIGINT appeared");
        thread::sleep(Duration::from_millis(1));
    }
}

fn catches_interrupts(child: &Child) -> bool {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id()))
        .expect("a process that nobody waited for is listed");
    assert!(!status.contains("State:\tZ"), "the program ended before it could be interrupted");
    let caught = status
        .lines()
        .find_map(|line| line.strip_prefix("SigCgt:"))
        .expect("Linux lists the signals that a process catches");
    let mask = u64::from_str_radix(caught.trim(), 16).expect("a hexadecimal mask");
    mask & 1 << (Signal::INT.as_raw() - 1) != 0
}

fn pid(child: &Child) -> Pid {
    Pid::from_child(child)
}
