//! Makes records: runs the commands, and writes or compares what they print.

use std::fs;
use std::io;
use std::process::{Command, Stdio};
use std::time::Duration;

use conformance::process::{self, RunError};
use conformance::{Outcome, outcome::Status};
use thiserror::Error;

use crate::Place;
use crate::recording::{Kind, Recording};
use crate::strip::{self, StripError};

/// A command may have to build a chapter first.
const PATIENCE: Duration = Duration::from_secs(600);

/// How much of a line a difference shows, in letters.
const LONGEST_LINE: usize = 160;

/// Variables that change what programs print, and so are not passed on.
const UNWANTED: [&str; 7] =
    ["CI", "CLICOLOR_FORCE", "COLUMNS", "FORCE_COLOR", "PAGER", "RUST_BACKTRACE", "RUST_LOG"];

/// Why there is no record.
#[derive(Debug, Error)]
pub enum RecordError {
    /// A tool that the command needs is not here.
    #[error("there is no `{0}` here; `cargo xtask doctor` says how to get it")]
    NoTool(String),
    /// The command did not run, or not to its end.
    #[error(transparent)]
    Run(#[from] RunError),
    /// It ended with another status than the list says.
    #[error("`{command}` ended with {status}, not with {expected}:\n{output}")]
    Status {
        /// The command.
        command: String,
        /// How it ended.
        status: Status,
        /// The status that it must exit with.
        expected: i32,
        /// What it printed.
        output: String,
    },
    /// It printed where this repository lies.
    #[error("`{0}` prints a path of this machine, which no reader has; give it relative paths")]
    Private(String),
    /// No strip can be drawn from what it printed.
    #[error("no strip can be drawn from what `{command}` prints: {source}")]
    Strip {
        /// The command.
        command: String,
        /// What is wrong.
        source: StripError,
    },
    /// The record could not be written.
    #[error("cannot write into book/recorded: {0}")]
    Write(#[from] io::Error),
}

/// What a comparison shows.
#[derive(Debug, PartialEq, Eq)]
pub enum Comparison {
    /// The record is what the command prints.
    Same,
    /// There is no record yet.
    Missing,
    /// The difference, as a diff from the record to what is printed now.
    Different(String),
}

/// Runs the command and returns what belongs into its record.
///
/// # Errors
/// It fails, or what it prints is of no use.
pub fn run(place: &Place, recording: &Recording) -> Result<String, RecordError> {
    if let Some(tool) = recording.needs.as_ref().filter(|tool| !is_installed(tool)) {
        return Err(RecordError::NoTool(tool.clone()));
    }
    let mut outcome = outcome(place, recording)?;
    if !outcome.stderr.is_empty() {
        // The first run may have built something and said so. The second has
        // nothing left to build.
        outcome = self::outcome(place, recording)?;
    }
    let command = || recording.command.clone();
    let output = printed(&outcome);
    if outcome.status != Status::Exited(recording.status) {
        let (status, expected) = (outcome.status, recording.status);
        return Err(RecordError::Status { command: command(), status, expected, output });
    }
    if output.contains(&*place.root().to_string_lossy()) {
        return Err(RecordError::Private(command()));
    }
    match &recording.kind {
        Kind::Text => Ok(output),
        Kind::Strip(part) => strip::draw(&output, part)
            .map_err(|source| RecordError::Strip { command: command(), source }),
    }
}

/// Whether the shell would find a program.
fn is_installed(program: &str) -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|folder| folder.join(program).is_file())
}

/// Writes what [`run`] has returned into the record.
///
/// # Errors
/// It cannot be written.
pub fn write(place: &Place, recording: &Recording, now: &str) -> Result<(), RecordError> {
    fs::create_dir_all(place.recorded())?;
    Ok(fs::write(recording.file(place), now)?)
}

/// Compares what [`run`] has returned with the record.
#[must_use]
pub fn compare(place: &Place, recording: &Recording, now: &str) -> Comparison {
    let Ok(then) = fs::read_to_string(recording.file(place)) else {
        return Comparison::Missing;
    };
    if then == now {
        return Comparison::Same;
    }
    let diff = similar::TextDiff::from_lines(then.as_str(), now);
    let diff = diff.unified_diff().context_radius(1).header("recorded", "printed now").to_string();
    Comparison::Different(diff.lines().map(shortened).collect())
}

/// A line of a figure can be longer than anyone wants to see.
fn shortened(line: &str) -> String {
    match line.char_indices().nth(LONGEST_LINE) {
        Some((end, _)) => format!("{}…\n", &line[..end]),
        None => format!("{line}\n"),
    }
}

/// Standard output, then standard error.
fn printed(outcome: &Outcome) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&outcome.stdout) + &text(&outcome.stderr)
}

fn outcome(place: &Place, recording: &Recording) -> Result<Outcome, RunError> {
    let mut command = Command::new("sh");
    command.args(["-c", &recording.command]).current_dir(place.root()).stdin(Stdio::null());
    process::isolate(&mut command);
    for variable in UNWANTED {
        command.env_remove(variable);
    }
    command.env("NO_COLOR", "1").env("TERM", "dumb");
    process::capture(&mut command, PATIENCE)
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn folder() -> (TempDir, Place) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let place = Place::at(folder.path());
        (folder, place)
    }

    fn recording(command: &str, status: i32) -> Recording {
        let command = command.to_owned();
        Recording { name: "a".to_owned(), command, status, needs: None, kind: Kind::Text }
    }

    #[test]
    fn a_record_has_both_streams() {
        let (_folder, place) = folder();
        let record = run(&place, &recording("echo err >&2; echo out; exit 3", 3)).expect("it runs");
        assert_eq!(record, "out\nerr\n");
    }

    #[test]
    fn what_a_first_run_says_about_building_is_not_recorded() {
        let (_folder, place) = folder();
        let command = "[ -e built ] || echo building >&2; touch built; echo out";
        assert_eq!(run(&place, &recording(command, 0)).expect("it runs"), "out\n");
    }

    #[test]
    fn another_status_is_an_error_with_the_output() {
        let (_folder, place) = folder();
        let error = run(&place, &recording("echo no; exit 1", 0)).expect_err("it fails");
        assert!(error.to_string().ends_with("not with 0:\nno\n"), "{error}");
    }

    #[test]
    fn a_path_of_this_machine_is_refused() {
        let (_folder, place) = folder();
        let error = run(&place, &recording("pwd", 0)).expect_err("it prints where it is");
        assert!(matches!(error, RecordError::Private(_)), "{error}");
    }

    #[test]
    fn a_record_is_compared_line_by_line() {
        let (folder, place) = folder();
        let recording = recording("cat text", 0);
        fs::write(folder.path().join("text"), "one\ntwo\n").expect("the folder is ours");
        let now = run(&place, &recording).expect("it runs");
        assert_eq!(compare(&place, &recording, &now), Comparison::Missing);
        write(&place, &recording, &now).expect("the folder is ours");
        assert_eq!(compare(&place, &recording, &now), Comparison::Same);
        let Comparison::Different(diff) = compare(&place, &recording, "one\n2\n") else {
            panic!("the text is another");
        };
        assert!(diff.contains("-two\n+2\n"), "{diff}");
        let long = "x".repeat(1000);
        let Comparison::Different(diff) = compare(&place, &recording, &long) else {
            panic!("the text is another");
        };
        assert!(diff.contains(&format!("+{}…\n", "x".repeat(LONGEST_LINE - 1))), "{diff}");
    }
}
