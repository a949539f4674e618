//! A program in a folder of its own, and what must hold of what came of it.

use std::fs;
use std::path::Path;
use std::process::Command;

use conformance::outcome::Status;
use conformance::process::{self, PATIENCE};
use conformance::{Engine, Outcome, normalize};
use tempfile::TempDir;

/// The name that tracebacks show.
pub(crate) const FILE_NAME: &str = "bad.py";

/// A source file, which is removed with this value.
pub(crate) struct Program {
    folder: TempDir,
}

impl Program {
    /// Writes a source to a file.
    pub(crate) fn new(source: impl AsRef<[u8]>) -> Self {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        fs::write(folder.path().join(FILE_NAME), source).expect("the folder is ours");
        Self { folder }
    }

    /// The folder, with nothing but the file in it.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The command that runs the program in an engine.
    pub(crate) fn command(&self, engine: &Engine) -> Command {
        engine.command_in(self.folder(), FILE_NAME, None)
    }

    /// Runs the program in an engine.
    pub(crate) fn run(&self, engine: &Engine) -> Outcome {
        outcome_of(&mut self.command(engine))
    }
}

/// Runs a command to its end.
pub(crate) fn outcome_of(command: &mut Command) -> Outcome {
    process::capture(command, PATIENCE).unwrap_or_else(|error| panic!("{error}"))
}

/// The exit status is `code`; nobody panicked.
pub(crate) fn assert_exit(outcome: &Outcome, code: i32) {
    assert_eq!(
        outcome.status,
        Status::Exited(code),
        "exit status; standard error was:\n{}",
        stderr(outcome)
    );
    assert!(!stderr(outcome).contains("panicked at"), "{}", stderr(outcome));
}

/// The program ended with `code`, printed nothing, and reported exactly `text`,
/// caret lines aside.
pub(crate) fn assert_reported(outcome: &Outcome, code: i32, text: &str) {
    assert_exit(outcome, code);
    assert_eq!(String::from_utf8_lossy(&outcome.stdout), "");
    assert_eq!(stderr(&normalize::comparable(outcome)), text);
}

/// The last line of standard error is `line`, and the exit status 1.
pub(crate) fn assert_last_line(outcome: &Outcome, line: &str) {
    assert_exit(outcome, 1);
    assert_eq!(outcome.last_error_line(), line, "in\n{}", stderr(outcome));
}

/// Standard error as text.
pub(crate) fn stderr(outcome: &Outcome) -> String {
    String::from_utf8_lossy(&outcome.stderr).into_owned()
}
