//! Runs a command to its end, or to the end of our patience.
//!
//! No test asserts how long something takes, but every process has a limit, so
//! that a hang is a failure with a name and not a test run that never ends.

use std::env;
use std::ffi::OsStr;
use std::io::{self, Read};
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use thiserror::Error;
use wait_timeout::ChildExt;

use crate::outcome::Outcome;

/// How long a test waits before it calls a process hung: far more than the
/// slowest program needs on the slowest machine.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// Why there is no outcome.
#[derive(Debug, Error)]
pub enum RunError {
    /// The program could not be started.
    #[error("cannot start `{command}`: {source}")]
    Start {
        /// What was run.
        command: String,
        /// Why it failed.
        source: io::Error,
    },
    /// The process did not end in time; it has been killed.
    #[error("`{command}` had not ended after {} s", patience.as_secs())]
    Hung {
        /// What was run.
        command: String,
        /// The limit that it passed.
        patience: Duration,
    },
    /// The connection to the process broke.
    #[error("lost `{command}`: {source}")]
    Lost {
        /// What was run.
        command: String,
        /// Why it failed.
        source: io::Error,
    },
}

/// Removes from a command's environment what changes how Python, or a chapter of
/// this book, behaves or looks, and gives it an empty standard input.
pub fn isolate(command: &mut Command) {
    for (name, _) in env::vars_os().filter(|(name, _)| changes_behaviour(name)) {
        command.env_remove(name);
    }
    command.env("LC_ALL", "C.UTF-8").stdin(Stdio::null());
}

fn changes_behaviour(variable: &OsStr) -> bool {
    let starts_with = |prefix: &[u8]| variable.as_encoded_bytes().starts_with(prefix);
    variable == "FORCE_COLOR" || starts_with(b"PYTHON") || starts_with(b"COPY_PATCH_RUN_")
}

/// A command as one types it, for messages.
pub fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    words.join(" ")
}

/// Runs a command and collects everything that it prints.
///
/// # Errors
/// It cannot be started, or it is still running after `patience`.
pub fn capture(command: &mut Command, patience: Duration) -> Result<Outcome, RunError> {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    finish(start(command)?, &shown(command), patience)
}

/// Starts a command whose streams the caller has set up.
///
/// # Errors
/// It cannot be started.
pub fn start(command: &mut Command) -> Result<Child, RunError> {
    command.spawn().map_err(|source| RunError::Start { command: shown(command), source })
}

/// Waits for a process and collects what it prints to those of its streams
/// that are pipes. `command` names it in errors.
///
/// # Errors
/// It is still running after `patience`; it is killed then.
pub fn finish(mut child: Child, command: &str, patience: Duration) -> Result<Outcome, RunError> {
    let lost = |source| RunError::Lost { command: command.to_owned(), source };
    // Both pipes are emptied while we wait: a process whose pipe is full stops.
    let stdout = read_aside(child.stdout.take());
    let stderr = read_aside(child.stderr.take());
    let Some(status) = child.wait_timeout(patience).map_err(lost)? else {
        child.kill().map_err(lost)?;
        child.wait().map_err(lost)?;
        return Err(RunError::Hung { command: command.to_owned(), patience });
    };
    Ok(Outcome {
        status: status.into(),
        stdout: collected(stdout).map_err(lost)?,
        stderr: collected(stderr).map_err(lost)?,
    })
}

type Reader = JoinHandle<io::Result<Vec<u8>>>;

fn read_aside(pipe: Option<impl Read + Send + 'static>) -> Reader {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            pipe.read_to_end(&mut bytes)?;
        }
        Ok(bytes)
    })
}

fn collected(reader: Reader) -> io::Result<Vec<u8>> {
    reader.join().expect("reading a pipe to its end does not panic")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Status;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn an_outcome_has_the_status_and_both_streams() {
        let outcome = capture(&mut shell("echo out; echo err >&2; exit 3"), PATIENCE)
            .expect("the shell runs");
        assert_eq!(outcome.status, Status::Exited(3));
        assert_eq!(outcome.stdout, b"out\n");
        assert_eq!(outcome.stderr, b"err\n");
    }

    #[test]
    fn a_signal_is_told_from_an_exit_status() {
        let outcome = capture(&mut shell("kill -INT $$"), PATIENCE).expect("the shell runs");
        assert_eq!(outcome.status, Status::Killed(2));
    }

    #[test]
    fn output_larger_than_a_pipe_does_not_hang() {
        let script = "head -c 1000000 /dev/zero; head -c 1000000 /dev/zero >&2";
        let outcome = capture(&mut shell(script), PATIENCE).expect("the shell runs");
        assert_eq!(outcome.stdout.len(), 1_000_000);
        assert_eq!(outcome.stderr.len(), 1_000_000);
    }

    #[test]
    fn a_hung_process_is_killed_and_named() {
        let mut command = Command::new("sleep");
        command.arg("1000");
        let error = capture(&mut command, Duration::from_millis(50)).expect_err("it sleeps on");
        assert!(matches!(error, RunError::Hung { .. }));
        assert!(error.to_string().contains("`sleep 1000`"), "{error}");
    }

    #[test]
    fn a_program_that_does_not_exist_is_named() {
        let error = capture(&mut Command::new("no-such-program"), PATIENCE)
            .expect_err("there is no such program");
        assert!(error.to_string().contains("no-such-program"), "{error}");
    }

    #[test]
    fn isolation_removes_what_changes_behaviour_and_nothing_else() {
        let is_removed = |variable: &str| changes_behaviour(OsStr::new(variable));
        for variable in ["PYTHONUNBUFFERED", "PYTHON_COLORS", "FORCE_COLOR", "COPY_PATCH_RUN_JIT"] {
            assert!(is_removed(variable), "{variable}");
        }
        for variable in ["PATH", "PYENV_VERSION", "COPY"] {
            assert!(!is_removed(variable), "{variable}");
        }
    }
}
