//! What a program leaves behind: its status and its two output streams.

use std::fmt;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::str::FromStr;

/// Everything that a finished process can be judged by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// How the process ended.
    pub status: Status,
    /// What it wrote to standard output.
    pub stdout: Vec<u8>,
    /// What it wrote to standard error.
    pub stderr: Vec<u8>,
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It ended by itself, with this exit status.
    Exited(i32),
    /// A signal with this number ended it.
    Killed(i32),
}

impl Outcome {
    /// The last line of standard error, where CPython names the exception, or
    /// nothing.
    pub fn last_error_line(&self) -> String {
        String::from_utf8_lossy(&self.stderr).lines().next_back().unwrap_or_default().to_owned()
    }
}

impl Status {
    /// Whether the process ended by itself with exit status 0.
    pub fn is_success(self) -> bool {
        self == Self::Exited(0)
    }
}

impl From<ExitStatus> for Status {
    fn from(status: ExitStatus) -> Self {
        match (status.code(), status.signal()) {
            (Some(code), _) => Self::Exited(code),
            (None, Some(signal)) => Self::Killed(signal),
            (None, None) => unreachable!("a process that was waited for has exited or was killed"),
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exited(code) => write!(formatter, "{code}"),
            Self::Killed(signal) => write!(formatter, "killed by signal {signal}"),
        }
    }
}

impl FromStr for Status {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.strip_prefix("killed by signal ") {
            Some(signal) => signal.parse().map(Self::Killed),
            None => text.parse().map(Self::Exited),
        }
    }
}
