//! One random program, every engine of every chapter, and CPython: they must
//! all print the same.
//!
//! The engines must agree with each other on every byte, whether they run
//! alone or take turns (`--hop`). CPython must agree after what `normalize`
//! leaves out, with one exception that the language's limits make: where our
//! engines end in an `OverflowError` or a `NotImplementedError`, CPython goes
//! on, so what it prints must only start with what they printed.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;
use thiserror::Error;

use crate::engine::Engine;
use crate::fuzz::{self, Program};
use crate::normalize::comparable;
use crate::oracle::CPython;
use crate::outcome::{Outcome, Status};
use crate::process::{self, RunError};
use crate::report;

/// The number of seeds that `cargo xtask test` runs: the first ones.
pub const SEEDS_IN_TESTS: u64 = 300;

/// How long an engine may take for a random program, which is short.
const ENGINE_PATIENCE: Duration = Duration::from_secs(60);

/// The same while a program is made smaller, which takes hundreds of runs: if
/// an engine hangs, many of them hang.
const SHRINKING_PATIENCE: Duration = Duration::from_secs(3);

/// How long CPython may take. Beyond the 63 bits that our engines stop at, its
/// numbers can grow until it needs hours.
const CPYTHON_PATIENCE: Duration = Duration::from_secs(10);

/// The name of a random program's file, as tracebacks show it.
const FILE_NAME: &str = "fuzz.py";

/// Errors of ours with which a program ends that CPython goes on with.
const LIMITS_OF_OURS: [&str; 2] = ["OverflowError", "NotImplementedError"];

/// Those who have to agree.
#[derive(Debug)]
pub struct Contest {
    engines: Vec<Engine>,
    cpython: Option<CPython>,
}

/// What came of one program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Everybody printed the same.
    Agreed,
    /// The engines agreed; CPython took too long to be compared with them.
    CPythonTooSlow,
    /// Two of them differ.
    Disagreed(Disagreement),
}

/// Two who did not do the same with one program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disagreement {
    /// Who they are, and what is different.
    pub difference: String,
    /// Commands that run the two on a file.
    commands: Vec<String>,
}

/// A seed whose program was made as small as it goes with two still differing
/// about it.
#[derive(Debug)]
pub struct Finding {
    seed: u64,
    program: String,
    file: PathBuf,
    disagreement: Disagreement,
}

/// Why there is no verdict.
#[derive(Debug, Error)]
pub enum ContestError {
    /// Nobody takes part.
    #[error("no chapter has an engine to compare with another")]
    NoEngines,
    /// The program cannot be written to a file.
    #[error("cannot write a random program to a file: {0}")]
    File(#[from] io::Error),
    /// A process could not be run at all.
    #[error(transparent)]
    Run(#[from] RunError),
}

impl Contest {
    /// A contest of some engines, and of CPython where there is one.
    pub fn new(engines: Vec<Engine>, cpython: Option<CPython>) -> Self {
        Self { engines, cpython }
    }

    /// Lets everybody run the program of a seed.
    ///
    /// # Errors
    /// A process or a file could not be had; that says nothing about engines.
    pub fn run_seed(&self, seed: u64) -> Result<Verdict, ContestError> {
        self.run(&fuzz::generate(seed), seed, ENGINE_PATIENCE)
    }

    /// Makes the program of a seed that is known to be disagreed about as small
    /// as it goes, and leaves it in `folder` for whoever wants to run it.
    ///
    /// # Errors
    /// As [`run_seed`](Self::run_seed).
    pub fn shrink(
        &self,
        seed: u64,
        disagreement: Disagreement,
        folder: &Path,
    ) -> Result<Finding, ContestError> {
        let mut last = disagreement;
        let program = fuzz::shrink(fuzz::generate(seed), &mut |candidate| {
            let verdict = self.run(candidate, seed, SHRINKING_PATIENCE);
            let Ok(Verdict::Disagreed(disagreement)) = verdict else {
                return false;
            };
            last = disagreement;
            true
        });
        let file = folder.join(format!("seed-{seed}.py"));
        fs::create_dir_all(folder)?;
        fs::write(&file, program.to_string())?;
        Ok(Finding { seed, program: program.to_string(), file, disagreement: last })
    }

    fn run(
        &self,
        program: &Program,
        seed: u64,
        patience: Duration,
    ) -> Result<Verdict, ContestError> {
        let folder = TempDir::new()?;
        fs::write(folder.path().join(FILE_NAME), program.to_string())?;
        let contestants = self.contestants(seed);
        let (first, others) = contestants.split_first().ok_or(ContestError::NoEngines)?;
        let expected = match first.run(folder.path(), patience)? {
            Ok(outcome) => outcome,
            Err(disagreement) => return Ok(Verdict::Disagreed(disagreement)),
        };
        for other in others {
            let outcome = match other.run(folder.path(), patience)? {
                Ok(outcome) => outcome,
                Err(disagreement) => return Ok(Verdict::Disagreed(disagreement)),
            };
            let names = (first.to_string(), other.to_string());
            let difference = report::difference((&names.0, &expected), (&names.1, &outcome));
            if let Some(difference) = difference {
                let commands = vec![first.shown_command(), other.shown_command()];
                return Ok(Verdict::Disagreed(Disagreement { difference, commands }));
            }
        }
        self.compare_with_cpython(first, &expected, folder.path())
    }

    /// Every engine alone, then every engine as the first of a hopping run.
    fn contestants(&self, seed: u64) -> Vec<Contestant<'_>> {
        let alone = self.engines.iter().map(|engine| (engine, None));
        let hopping = self.engines.iter().map(|engine| (engine, Some(seed)));
        alone.chain(hopping).map(|(engine, hop)| Contestant { engine, hop }).collect()
    }

    fn compare_with_cpython(
        &self,
        contestant: &Contestant<'_>,
        ours: &Outcome,
        folder: &Path,
    ) -> Result<Verdict, ContestError> {
        let Some(cpython) = &self.cpython else {
            return Ok(Verdict::Agreed);
        };
        let theirs = match cpython.run(folder, FILE_NAME, CPYTHON_PATIENCE) {
            Ok(theirs) => theirs,
            Err(RunError::Hung { .. }) => return Ok(Verdict::CPythonTooSlow),
            Err(error) => return Err(error.into()),
        };
        Ok(match difference_from_cpython(ours, theirs, contestant, cpython) {
            None => Verdict::Agreed,
            Some(difference) => Verdict::Disagreed(Disagreement {
                difference,
                commands: vec![
                    contestant.shown_command(),
                    format!("{} FILE", cpython.executable().display()),
                ],
            }),
        })
    }
}

/// How what we did differs from what CPython did, beyond what it may.
fn difference_from_cpython(
    ours: &Outcome,
    mut theirs: Outcome,
    contestant: &Contestant<'_>,
    cpython: &CPython,
) -> Option<String> {
    let mut ours = ours.clone();
    if ended_at_a_limit(&ours) {
        theirs.stdout.truncate(ours.stdout.len());
        theirs.status = ours.status;
        theirs.stderr.clear();
        ours.stderr.clear();
    }
    report::difference(
        (&cpython.name(), &comparable(&theirs)),
        (&contestant.to_string(), &comparable(&ours)),
    )
}

fn ended_at_a_limit(outcome: &Outcome) -> bool {
    let line = outcome.last_error_line();
    LIMITS_OF_OURS.iter().any(|error| line.starts_with(error))
}

/// What an engine did with a program, or how it failed to do anything.
type Attempt = Result<Outcome, Disagreement>;

/// An engine and how it runs.
struct Contestant<'c> {
    engine: &'c Engine,
    hop: Option<u64>,
}

impl Contestant<'_> {
    fn run(&self, folder: &Path, patience: Duration) -> Result<Attempt, RunError> {
        let mut command = self.engine.command_in(folder, FILE_NAME, self.hop);
        let problem = match process::capture(&mut command, patience) {
            Ok(outcome) => match crash(&outcome) {
                None => return Ok(Ok(outcome)),
                Some(crash) => format!("{self} {crash}"),
            },
            Err(error @ RunError::Hung { .. }) => error.to_string(),
            Err(error) => return Err(error),
        };
        Ok(Err(Disagreement {
            difference: format!("{problem}\n"),
            commands: vec![self.shown_command()],
        }))
    }

    fn shown_command(&self) -> String {
        let hop = self.hop.map(|seed| format!(" --hop {seed}"));
        let flags: Vec<&str> = self.engine.flags().collect();
        format!(
            "cargo xtask chapter {} FILE --run {}{}",
            self.engine.chapter(),
            flags.join(" "),
            hop.unwrap_or_default()
        )
    }
}

impl fmt::Display for Contestant<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.engine)?;
        match self.hop {
            Some(seed) => write!(formatter, " hopping with seed {seed}"),
            None => Ok(()),
        }
    }
}

/// No Python program makes an engine end in one of these ways.
fn crash(outcome: &Outcome) -> Option<String> {
    match outcome.status {
        Status::Exited(0 | 1) => None,
        status => Some(format!(
            "crashed, exit status: {status}\n{}",
            String::from_utf8_lossy(&outcome.stderr)
        )),
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.display().to_string();
        writeln!(formatter, "seed {}, made as small as it goes:\n", self.seed)?;
        for line in self.program.lines() {
            writeln!(formatter, "    {line}")?;
        }
        writeln!(formatter, "\n{}", self.disagreement.difference)?;
        writeln!(formatter, "See for yourself:")?;
        for command in &self.disagreement.commands {
            writeln!(formatter, "    {}", command.replace("FILE", &file))?;
        }
        writeln!(formatter, "And after a change, the whole program again:")?;
        write!(formatter, "    cargo xtask fuzz --seed {}", self.seed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(code: i32, stdout: &str, stderr: &str) -> Outcome {
        Outcome { status: Status::Exited(code), stdout: stdout.into(), stderr: stderr.into() }
    }

    #[test]
    fn an_overflow_is_a_limit_of_ours_and_a_name_error_is_not() {
        assert!(ended_at_a_limit(&outcome(1, "", "…\nOverflowError: too big\n")));
        assert!(ended_at_a_limit(&outcome(1, "", "NotImplementedError: no\n")));
        assert!(!ended_at_a_limit(&outcome(1, "OverflowError", "NameError: x\n")));
        assert!(!ended_at_a_limit(&outcome(0, "", "")));
    }

    #[test]
    fn only_the_statuses_of_a_python_program_are_no_crash() {
        assert_eq!(crash(&outcome(1, "", "")), None);
        assert!(crash(&outcome(101, "", "panicked")).is_some());
        let mut killed = outcome(0, "", "");
        killed.status = Status::Killed(11);
        assert!(crash(&killed).is_some());
    }
}
