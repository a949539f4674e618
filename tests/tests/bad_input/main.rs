//! Bad input and bad luck, in every engine of every chapter: the error that
//! the book decides and the right exit status; never a panic, an abort or a
//! hang.
//!
//! What is expected is what CPython 3.13 does, tried by hand, except where the
//! book says that we differ. A test is called `ch01/jit/bad_input/name`.

#[path = "../harness/mod.rs"]
mod harness;
mod program;

mod command_line;
mod files;
mod nesting;
mod signals;
mod streams;

use std::process::ExitCode;

use conformance::{Engine, Lineup, Workspace};
use libtest_mimic::{Completion, Trial};

/// A test's name, and the test: it panics on what it does not expect.
type Case = (&'static str, fn(&Engine));

const CASES: [&[Case]; 5] =
    [files::CASES, nesting::CASES, command_line::CASES, signals::CASES, streams::CASES];

fn main() -> ExitCode {
    harness::run(trials())
}

fn trials() -> Result<Vec<Trial>, Box<dyn std::error::Error>> {
    let workspace = Workspace::load()?;
    // A chapter that does not build fails in `programs`.
    let lineup = Lineup::assemble(workspace.selected_chapters()?);
    let cases = || CASES.iter().copied().flatten();
    Ok(lineup.engines.iter().flat_map(|engine| cases().map(|case| trial(engine, *case))).collect())
}

fn trial(engine: &Engine, (name, test): Case) -> Trial {
    let full_name = format!("{engine}/bad_input/{name}");
    let engine = engine.clone();
    Trial::ignorable_test(full_name, move || {
        if name == files::UNREADABLE_FILE && rustix::process::geteuid().is_root() {
            return Ok(Completion::ignored_with(
                "root can read every file; run the tests as an ordinary user",
            ));
        }
        test(&engine);
        Ok(Completion::Completed)
    })
}
