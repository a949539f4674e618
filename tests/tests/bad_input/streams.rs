//! A standard output that is closed, full, or read by nobody.

use std::fs::File;
use std::io::{self, Read};
use std::process::{Command, Stdio};

use conformance::process::{self, PATIENCE};
use conformance::{Engine, Outcome};

use crate::Case;
use crate::program::{Program, assert_reported, outcome_of};

const SHORT: &str = "print(\"hello\")\n";
const LONG: &str = "for i in range(1000000):\n    print(i)\n";
const RAISES: &str = "print(\"hello\")\nprint(1 // 0)\n";

const DIVISION_BY_ZERO: &str = "\
Traceback (most recent call last):
  File \"bad.py\", line 2, in <module>
    print(1 // 0)
ZeroDivisionError: integer division or modulo by zero
";

const FULL: &str = "OSError: [Errno 28] No space left on device\n";
const BROKEN: &str = "BrokenPipeError: [Errno 32] Broken pipe\n";

pub(crate) const CASES: &[Case] = &[
    ("closed_output", closed),
    ("closed_output_and_an_exception", closed_and_exception),
    ("full_disk_at_the_last_flush", full_at_last_flush),
    ("full_disk_in_mid_run", full_in_mid_run),
    ("full_disk_and_an_exception", full_and_exception),
    ("full_disk_and_nothing_printed", full_and_silent),
    ("reader_gone_before_the_start", reader_gone_before_the_start),
    ("reader_gone_in_mid_run", reader_gone_in_mid_run),
];

fn closed(engine: &Engine) {
    assert_reported(&with_closed_output(engine, SHORT), 0, "");
    assert_reported(&with_closed_output(engine, LONG), 0, "");
}

fn closed_and_exception(engine: &Engine) {
    assert_reported(&with_closed_output(engine, RAISES), 1, DIVISION_BY_ZERO);
}

fn full_at_last_flush(engine: &Engine) {
    assert_reported(&with_full_disk(engine, SHORT), 120, &ignored(FULL));
}

fn full_in_mid_run(engine: &Engine) {
    assert_reported(&with_full_disk(engine, LONG), 1, &raised_by_print(FULL));
}

fn full_and_exception(engine: &Engine) {
    let report = DIVISION_BY_ZERO.to_owned() + &ignored(FULL);
    assert_reported(&with_full_disk(engine, RAISES), 120, &report);
}

fn full_and_silent(engine: &Engine) {
    assert_reported(&with_full_disk(engine, "x = 1\n"), 0, "");
}

fn reader_gone_before_the_start(engine: &Engine) {
    let (reader, writer) = io::pipe().expect("a pipe can be had");
    drop(reader);
    let program = Program::new(SHORT);
    let outcome = with_output(program.command(engine), writer.into());
    assert_reported(&outcome, 120, &ignored(BROKEN));
}

fn reader_gone_in_mid_run(engine: &Engine) {
    let (mut reader, writer) = io::pipe().expect("a pipe can be had");
    let program = Program::new(LONG);
    let mut command = program.command(engine);
    command.stdout(writer).stderr(Stdio::piped());
    let child = process::start(&mut command).unwrap_or_else(|error| panic!("{error}"));
    let shown = process::shown(&command);
    // Our own copies of the pipe's end for writing go with the command.
    drop(command);
    let mut first = [0; 2];
    reader.read_exact(&mut first).expect("the program prints");
    assert_eq!(&first, b"0\n");
    drop(reader);
    let outcome =
        process::finish(child, &shown, PATIENCE).unwrap_or_else(|error| panic!("{error}"));
    assert_reported(&outcome, 1, &raised_by_print(BROKEN));
}

fn with_full_disk(engine: &Engine, source: &str) -> Outcome {
    let full = File::options().write(true).open("/dev/full").expect("Linux has /dev/full");
    let program = Program::new(source);
    with_output(program.command(engine), full.into())
}

fn with_output(mut command: Command, stdout: Stdio) -> Outcome {
    command.stdout(stdout).stderr(Stdio::piped());
    let child = process::start(&mut command).unwrap_or_else(|error| panic!("{error}"));
    process::finish(child, &process::shown(&command), PATIENCE)
        .unwrap_or_else(|error| panic!("{error}"))
}

/// Only a shell can start a process without a standard output.
fn with_closed_output(engine: &Engine, source: &str) -> Outcome {
    let program = Program::new(source);
    let inner = program.command(engine);
    let mut shell = Command::new("sh");
    process::isolate(&mut shell);
    shell
        .args(["-c", "exec \"$@\" >&-", "sh"])
        .arg(inner.get_program())
        .args(inner.get_args())
        .current_dir(program.folder());
    outcome_of(&mut shell)
}

fn ignored(error: &str) -> String {
    format!("Exception ignored on flushing sys.stdout:\n{error}")
}

fn raised_by_print(error: &str) -> String {
    format!(
        "Traceback (most recent call last):\n  \
         File \"bad.py\", line 2, in <module>\n    \
         print(i)\n{error}"
    )
}
