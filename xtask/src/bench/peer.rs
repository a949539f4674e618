//! The implementations that are not ours: CPython 3.13 and PyPy where they are
//! found, and those of `--peer`.

use std::ffi::OsString;
use std::process::Command;
use std::str::FromStr;
use std::time::Duration;

use conformance::{CPython, process};

use crate::bench::contestant::Contestant;
use crate::tools;

/// No interpreter needs long to say what it is.
const PROBE_PATIENCE: Duration = Duration::from_secs(30);

/// Prints, one a line: implementation, its version (that of Python, if it is not
/// PyPy), the version of Python that it implements, the interpreter's own path.
const PROBE: &str = "\
import sys
print(sys.implementation.name)
print('%d.%d.%d' % getattr(sys, 'pypy_version_info', sys.version_info)[:3])
print('%d.%d.%d' % sys.version_info[:3])
print(sys.executable)
";

/// A peer from the command line: `NAME=COMMAND`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Peer {
    name: String,
    words: Vec<String>,
}

impl FromStr for Peer {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, command) = text.split_once('=').unwrap_or_default();
        let words: Vec<String> = command.split_whitespace().map(str::to_owned).collect();
        if name.trim().is_empty() || words.is_empty() {
            return Err("a peer is NAME=COMMAND, as in pypy-nojit=\"pypy3 --jit off\"".to_owned());
        }
        Ok(Self { name: name.trim().to_owned(), words })
    }
}

impl Peer {
    /// The peer as a contestant.
    pub(super) fn contestant(&self) -> Contestant {
        Contestant::other(&self.name, None, self.words.iter().map(OsString::from).collect())
    }
}

/// The peers that this machine has. Which it lacks, and what weakens one that
/// it has, is said on standard error.
pub(super) fn found() -> Vec<Contestant> {
    [cpython(), pypy()].into_iter().flatten().collect()
}

fn cpython() -> Option<Contestant> {
    let cpython = CPython::find()
        .inspect_err(|error| {
            eprintln!("left out: cpython: {error}; to get it: {}", tools::CPYTHON.how_to_get())
        })
        .ok()?;
    let built = if cpython.is_optimized() { "with" } else { "without" };
    if !cpython.is_optimized() {
        eprintln!(
            "warning: this CPython was built without --enable-optimizations: it is slower than it \
             could be, and ratios to it flatter us"
        );
    }
    let about = format!("{}, built {built} --enable-optimizations", cpython.version());
    Some(Contestant::other("cpython", Some(about), vec![cpython.executable().into()]))
}

fn pypy() -> Option<Contestant> {
    let mut command = Command::new("pypy3");
    process::isolate(&mut command);
    let found = process::capture(command.args(["-c", PROBE]), PROBE_PATIENCE)
        .ok()
        .and_then(|outcome| pypy_from_answer(&String::from_utf8_lossy(&outcome.stdout)));
    if found.is_none() {
        eprintln!("left out: pypy: no pypy3 found; to get it: {}", tools::PYPY.how_to_get());
    }
    found
}

fn pypy_from_answer(answer: &str) -> Option<Contestant> {
    let mut lines = answer.lines();
    let (implementation, version) = (lines.next()?, lines.next()?);
    let (python, executable) = (lines.next()?, lines.next()?);
    let about = format!("{version}, Python {python}");
    (implementation == "pypy")
        .then(|| Contestant::other("pypy", Some(about), vec![executable.into()]))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_peer_has_a_name_and_a_command() {
        let peer: Peer = "no jit=pypy3 --jit off".parse().expect("it has both");
        let contestant = peer.contestant();
        assert_eq!(contestant.name, "no jit");
        let command = contestant.command(Path::new("a.py"));
        assert_eq!(process::shown(&command), "pypy3 --jit off a.py");
    }

    #[test]
    fn a_peer_without_one_of_them_is_told_the_form() {
        for text in ["pypy3", "=pypy3", "pypy=", "pypy= ", " =pypy3", ""] {
            let error = text.parse::<Peer>().expect_err("something is missing");
            assert!(error.contains("NAME=COMMAND"), "{error}");
        }
    }

    #[test]
    fn pypy_tells_both_of_its_versions() {
        let answer = "pypy\n7.3.17\n3.10.14\n/opt/pypy/bin/pypy3\n";
        let pypy = pypy_from_answer(answer).expect("it is one");
        assert_eq!(pypy.introduction(), "pypy (7.3.17, Python 3.10.14)");
        assert_eq!(process::shown(&pypy.command(Path::new("a.py"))), "/opt/pypy/bin/pypy3 a.py");
    }

    #[test]
    fn another_python_is_no_pypy() {
        assert!(pypy_from_answer("cpython\n3.13.0\n3.13.0\n/usr/bin/python3\n").is_none());
        assert!(pypy_from_answer("").is_none());
    }
}
