//! The ways to have memory for code, and the program of chapter 4 that knows them.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use conformance::outcome::{Outcome, Status};
use conformance::process;
use serde::Deserialize;

use crate::bench::example::Example;
use crate::bench::lineup::REFUSED;

/// The program of chapter 4.
pub(super) const PROGRAM: Example =
    Example { package: "ch04-executable-memory", name: "memory-cost" };

/// How long one run may take: it publishes and frees 100,000 functions twice.
const PATIENCE: Duration = Duration::from_secs(300);

/// A way.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Way {
    /// Its name in tables.
    pub(super) name: &'static str,
    /// Its name on the program's command line.
    word: &'static str,
}

/// All ways.
pub(super) const WAYS: [Way; 5] = [
    Way { name: "mapping per function", word: "mapping-per-function" },
    Way { name: "flips, one by one", word: "flips-one-by-one" },
    Way { name: "flips, in one batch", word: "flips-in-one-batch" },
    Way { name: "dual mapping, one by one", word: "dual-mapping-one-by-one" },
    Way { name: "dual mapping, in one batch", word: "dual-mapping-in-one-batch" },
];

/// One round, as the program prints it. Times are nanoseconds per function.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(super) struct Round {
    pub(super) cold: f64,
    pub(super) warm: f64,
    pub(super) free: f64,
    #[serde(flatten)]
    pub(super) space: Space,
}

/// By how much what is mapped grows, for all functions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Space {
    pub(super) mappings: i64,
    pub(super) executable_bytes: i64,
    pub(super) resident_bytes: i64,
}

impl Way {
    /// Lets the program do one round, in a process of its own; or says why there
    /// cannot be so many functions in this way.
    ///
    /// # Errors
    /// The process crashes, hangs, or prints something else than a round.
    pub(super) fn round(
        &self,
        program: &Path,
        functions: u32,
        bytes: u32,
    ) -> Result<Result<Round, String>> {
        let mut command = self.command(program, functions, bytes);
        let outcome = process::capture(&mut command, PATIENCE)?;
        read(&outcome).with_context(|| format!("`{}` failed", process::shown(&command)))
    }

    fn command(&self, program: &Path, functions: u32, bytes: u32) -> Command {
        let mut command = Command::new(program);
        command.args([self.word, &functions.to_string(), &bytes.to_string()]);
        command
    }
}

fn read(outcome: &Outcome) -> Result<Result<Round, String>> {
    match outcome.status {
        Status::Exited(0) => Ok(Ok(serde_json::from_slice(&outcome.stdout)?)),
        Status::Exited(REFUSED) => Ok(Err(outcome.last_error_line())),
        status => bail!("exit status {status}: {}", outcome.last_error_line()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(status: Status, stdout: &str, stderr: &str) -> Outcome {
        Outcome { status, stdout: stdout.into(), stderr: stderr.into() }
    }

    #[test]
    fn the_program_is_told_the_way_how_many_functions_and_their_size() {
        let command = WAYS[1].command(Path::new("memory-cost"), 1000, 800);
        assert_eq!(process::shown(&command), "memory-cost flips-one-by-one 1000 800");
    }

    #[test]
    fn a_round_is_read_from_what_the_program_prints() {
        let text = r#"{"cold": 900.5, "warm": 300.0, "free": 200.0, "mappings": 4,
            "executable_bytes": 1048576, "resident_bytes": -4096}"#;
        let space = Space { mappings: 4, executable_bytes: 1 << 20, resident_bytes: -4096 };
        let round = Round { cold: 900.5, warm: 300.0, free: 200.0, space };
        let read = read(&ended(Status::Exited(0), text, "")).expect("it is JSON");
        assert_eq!(read, Ok(round));
    }

    #[test]
    fn a_refusal_is_told_in_its_own_words() {
        let words = "no more than 65499 functions: Cannot allocate memory (os error 12)";
        let read = read(&ended(Status::Exited(1), "", words)).expect("it ended by itself");
        assert_eq!(read, Err(words.to_owned()));
    }

    #[test]
    fn a_crash_or_a_wrong_command_line_is_no_refusal() {
        assert!(read(&ended(Status::Killed(11), "", "")).is_err());
        assert!(read(&ended(Status::Exited(2), "", "usage")).is_err());
        assert!(read(&ended(Status::Exited(0), "no JSON", "")).is_err());
    }
}
