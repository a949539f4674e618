//! The programs in which functions are measured. Chapter 5 of the book, "Payoff".

use std::fmt::Write;
use std::sync::Arc;

use ch00_workbench::Source;
use ch01_bytecode_vm::{CodeId, Program, load};

use super::subject::Subject;

/// The function that has the loop, where there is one.
pub(super) const REPEAT: &str = "repeat";

/// A program that calls a function so many times, in a loop.
pub(super) fn calling(subject: &Subject, times: u64) -> Arc<Program> {
    let Subject { name, argument, .. } = subject;
    looping(subject.definition(), &format!("{name}(n)"), times, *argument)
}

/// The same loop without the call.
pub(super) fn not_calling(times: u64) -> Arc<Program> {
    looping("", "n", times, 0)
}

fn looping(definition: &str, body: &str, times: u64, argument: u32) -> Arc<Program> {
    program(format!(
        "{definition}
def {REPEAT}(times, n):
    i = 0
    while i < times:
        {body}
        i += 1

{REPEAT}({times}, {argument})
"
    ))
}

/// A program that calls so many copies of a function once, and then once more. It prints
/// before, between and afterwards. The arguments are such that there is little to do.
pub(super) fn copies(subject: &Subject, count: usize) -> Arc<Program> {
    let mut text: String = (0..count).map(|number| subject.copy(number)).collect();
    text += "\ndef call_all(wanted, n):\n    if wanted:\n";
    for number in 0..count {
        let name = subject.copy_name(number);
        writeln!(text, "        {name}(n)").expect("a string takes all");
    }
    let least = subject.least;
    // The first call is for this function's own sake.
    writeln!(text, "\ncall_all(False, {least})\nprint()").expect("a string takes all");
    for _ in 0..2 {
        writeln!(text, "call_all(True, {least})\nprint()").expect("a string takes all");
    }
    program(text)
}

/// A program with so many functions, of these kinds in turn. So many of them are called,
/// each as often as the others. It prints when that has been done as often as each of the
/// `marks` says.
pub(super) fn many(
    kinds: &[Subject],
    functions: usize,
    called: usize,
    marks: &[u64],
) -> Arc<Program> {
    let kind = |number: usize| &kinds[number % kinds.len()];
    let mut text: String = (0..functions).map(|number| kind(number).copy(number)).collect();
    writeln!(text, "\ndef {REPEAT}(times):\n    i = 0\n    while i < times:")
        .expect("it takes all");
    // One more than would be even, so that there are some of each kind.
    for number in (0..functions).step_by(functions / called + 1) {
        let Subject { argument, .. } = kind(number);
        let name = kind(number).copy_name(number);
        writeln!(text, "        {name}({argument})").expect("a string takes all");
    }
    text += "        i += 1\n\n";
    let mut done = 0;
    for mark in marks {
        writeln!(text, "{REPEAT}({})\nprint()", mark - done).expect("a string takes all");
        done = *mark;
    }
    program(text)
}

fn program(text: String) -> Arc<Program> {
    let source = Source { name: "break-even.py".into(), text: text.into() };
    load(source).expect("it is a program")
}

/// The function with this name.
///
/// # Panics
/// When there is none.
pub(super) fn find(program: &Program, name: &str) -> CodeId {
    let index = program.codes().iter().position(|code| code.name == name);
    CodeId(index.expect("the program has such a function") as u32)
}
