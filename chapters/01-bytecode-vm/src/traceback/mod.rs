//! Tracebacks in CPython's format (`Lib/traceback.py`), without its caret lines.

mod suggestion;

use crate::exception::{Exception, ExceptionClass};
use crate::source::SourceText;
use crate::vm::Vm;

pub(crate) use suggestion::is_builtin_name;

/// How many equal lines are printed before the rest is only counted
/// (`_RECURSIVE_CUTOFF` in CPython).
const REPETITIONS: usize = 3;

/// The traceback of the exception that ended a program.
///
/// # Panics
/// When no exception was raised.
#[must_use]
pub fn traceback(vm: &Vm<'_>) -> String {
    // ANCHOR: traceback
    let exception = vm.exception().expect("an engine said that an exception was raised");
    let entries: Vec<Entry<'_>> = vm.frames().map(|frame| Entry::new(vm, frame)).collect();
    let mut text = "Traceback (most recent call last):\n".to_owned();
    for run in entries.chunk_by(|a, b| a == b) {
        for entry in run.iter().take(REPETITIONS) {
            text.push_str(&entry.lines(vm.program().source()));
        }
        if let more @ 1.. = run.len().saturating_sub(REPETITIONS) {
            let times = if more == 1 { "time" } else { "times" };
            text.push_str(&format!("  [Previous line repeated {more} more {times}]\n"));
        }
    }
    text + &last_line(vm, exception) + "\n"
    // ANCHOR_END: traceback
}

/// A frame's place in a traceback.
#[derive(PartialEq, Eq)]
struct Entry<'a> {
    line: u32,
    function: &'a str,
}

impl<'a> Entry<'a> {
    fn new(vm: &'a Vm<'_>, frame: &crate::vm::Frame) -> Self {
        let code = vm.frame_code(frame);
        Entry { line: code.line(frame.instruction), function: &code.name }
    }

    fn lines(&self, source: &SourceText) -> String {
        let place =
            format!("  File \"{}\", line {}, in {}\n", source.name, self.line, self.function);
        // CPython cannot read a line of standard input again.
        let is_file = source.name != "<stdin>";
        match source.line(self.line).trim() {
            "" => place,
            text if is_file => format!("{place}    {text}\n"),
            _ => place,
        }
    }
}

/// `NameError: name 'prit' is not defined. Did you mean: 'print'?`
fn last_line(vm: &Vm<'_>, exception: &Exception) -> String {
    let hint = match &exception.name {
        Some(name) if exception.class == ExceptionClass::NameError => suggestion::hint(vm, name),
        _ => String::new(),
    };
    format!("{exception}{hint}")
}
