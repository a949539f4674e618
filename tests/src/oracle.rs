//! The CPython 3.13 of this machine, if it has one: what a program must print
//! is what CPython prints.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use thiserror::Error;

use crate::outcome::Outcome;
use crate::process::{self, RunError};

/// The environment variable that names the CPython to use.
pub const VARIABLE: &str = "CPYTHON313";

/// A version manager's stand-in for an interpreter can be slow, but not this
/// slow.
const PROBE_PATIENCE: Duration = Duration::from_secs(30);

/// Prints, one a line: implementation, version, the interpreter's own path,
/// how it was configured.
const PROBE: &str = "\
import sys, sysconfig
print(sys.implementation.name)
print('%d.%d.%d' % sys.version_info[:3])
print(sys.executable)
print(sysconfig.get_config_var('CONFIG_ARGS') or '')
";

/// An interpreter of the version that this project is a subset of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CPython {
    executable: PathBuf,
    version: String,
    optimized: bool,
}

/// There is no CPython 3.13.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum OracleError {
    /// The one that the user named is not one.
    #[error("{VARIABLE} is set to `{named}`, which is not a CPython 3.13 that runs")]
    Named {
        /// The variable's value.
        named: String,
    },
    /// None was found.
    #[error(
        "no CPython 3.13 found: python3.13, python3 and python are something else or not there"
    )]
    NotFound,
}

impl CPython {
    /// Finds a CPython 3.13: the one that [`VARIABLE`] names; else
    /// `python3.13`; else the same through pyenv, which hides versions that
    /// are not activated; else `python3` or `python` if they are 3.13.
    ///
    /// # Errors
    /// There is none, or the one that the variable names is not one.
    pub fn find() -> Result<Self, OracleError> {
        if let Some(named) = env::var_os(VARIABLE) {
            return Self::probe(&mut Command::new(&named))
                .ok_or_else(|| OracleError::Named { named: named.to_string_lossy().into_owned() });
        }
        Self::probe(&mut Command::new("python3.13"))
            .or_else(Self::find_in_pyenv)
            .or_else(|| Self::probe(&mut Command::new("python3")))
            .or_else(|| Self::probe(&mut Command::new("python")))
            .ok_or(OracleError::NotFound)
    }

    /// The interpreter itself, behind any shim or link.
    pub fn executable(&self) -> &Path {
        &self.executable
    }

    /// Its version, `3.13.0`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Whether it was configured with `--enable-optimizations`. A CPython that
    /// was not is no opponent in a benchmark.
    pub fn is_optimized(&self) -> bool {
        self.optimized
    }

    /// How records and messages call it.
    pub fn name(&self) -> String {
        format!("CPython {}", self.version)
    }

    /// The interpreter, isolated, about to run a file.
    pub fn command(&self, file: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(&self.executable);
        process::isolate(&mut command);
        command.arg(file);
        command
    }

    /// Runs the program `name` in `folder`, which becomes the current
    /// directory.
    ///
    /// CPython makes the name of its main file absolute. What it reports is
    /// given back with the bare name: it must not depend on where a folder is.
    ///
    /// # Errors
    /// It is still running after `patience`.
    pub fn run(&self, folder: &Path, name: &str, patience: Duration) -> Result<Outcome, RunError> {
        let outcome = process::capture(self.command(name).current_dir(folder), patience)?;
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        Ok(Outcome { stderr: without_folder(&outcome.stderr, &folder), ..outcome })
    }

    fn find_in_pyenv() -> Option<Self> {
        let listed =
            process::capture(Command::new("pyenv").args(["versions", "--bare"]), PROBE_PATIENCE)
                .ok()?;
        let listed = String::from_utf8_lossy(&listed.stdout);
        let version = newest_3_13(&listed)?;
        Self::probe(Command::new("python3.13").env("PYENV_VERSION", version))
    }

    /// Asks a command what it is. `None` if it is not a CPython 3.13, or not
    /// there at all.
    fn probe(command: &mut Command) -> Option<Self> {
        process::isolate(command);
        let outcome = process::capture(command.args(["-c", PROBE]), PROBE_PATIENCE).ok()?;
        let answer = String::from_utf8(outcome.stdout).ok()?;
        Self::from_answer(&answer)
    }

    fn from_answer(answer: &str) -> Option<Self> {
        let mut lines = answer.lines();
        let (implementation, version, executable) = (lines.next()?, lines.next()?, lines.next()?);
        let configuration = lines.next().unwrap_or_default();
        if implementation != "cpython" || !version.starts_with("3.13.") {
            return None;
        }
        Some(Self {
            executable: OsString::from(executable).into(),
            version: version.to_owned(),
            optimized: configuration.contains("--enable-optimizations"),
        })
    }
}

/// Removes `folder` from paths of files in it.
fn without_folder(stderr: &[u8], folder: &Path) -> Vec<u8> {
    let prefix = format!("{}/", folder.display());
    String::from_utf8_lossy(stderr).replace(&prefix, "").into_bytes()
}

/// The last 3.13 that pyenv lists, which it does in ascending order.
fn newest_3_13(listed: &str) -> Option<&str> {
    listed.lines().map(str::trim).rfind(|version| version.starts_with("3.13."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_line_by_line() {
        let answer = "cpython\n3.13.5\n/usr/bin/python3.13\n'--enable-optimizations'\n";
        let cpython = CPython::from_answer(answer).expect("it is one");
        assert_eq!(cpython.executable(), Path::new("/usr/bin/python3.13"));
        assert_eq!(cpython.name(), "CPython 3.13.5");
        assert!(cpython.is_optimized());
    }

    #[test]
    fn other_versions_and_implementations_are_refused() {
        assert_eq!(CPython::from_answer("cpython\n3.12.1\n/usr/bin/python3\n\n"), None);
        assert_eq!(CPython::from_answer("pypy\n3.13.0\n/usr/bin/pypy3\n\n"), None);
        assert_eq!(CPython::from_answer(""), None);
    }

    #[test]
    fn reports_do_not_say_where_the_folder_is() {
        let stderr = b"  File \"/home/me/programs/a.py\", line 1, in <module>\n";
        let bare = without_folder(stderr, Path::new("/home/me/programs"));
        assert_eq!(bare, b"  File \"a.py\", line 1, in <module>\n");
    }

    #[test]
    fn pyenvs_newest_3_13_is_chosen() {
        assert_eq!(newest_3_13("2.7.18\n3.13.0\n3.13.4\n3.14.0\n"), Some("3.13.4"));
        assert_eq!(newest_3_13("2.7.18\n3.12.1\n"), None);
    }

    #[test]
    fn a_program_that_is_no_python_is_no_oracle() {
        assert_eq!(CPython::probe(&mut Command::new("false")), None);
        assert_eq!(CPython::probe(&mut Command::new("no-such-program")), None);
    }
}
