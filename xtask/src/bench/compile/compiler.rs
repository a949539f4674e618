//! Who compiles: every engine of every chapter that has a compiler which can be
//! timed. The chapters' programs are asked, one by one.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use conformance::outcome::{Outcome, Status};
use conformance::process;
use conformance::{Chapter, Engine, Lineup};
use serde::{Deserialize, Serialize};

use crate::bench::lineup::{EMPTY_PROGRAM, REFUSED, WRONG_COMMAND_LINE};
use crate::chapter::announce_first_build;

/// How long one run may take: it parses a million instructions before it times
/// anything.
const PATIENCE: Duration = Duration::from_secs(600);

/// An engine that has a compiler.
#[derive(Debug)]
pub(super) struct Compiler {
    engine: Engine,
}

/// How fast a compiler was, as its program prints it.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub(super) struct Speed {
    /// `warm` or `cold`.
    pub(super) memory: String,
    /// How many functions were compiled, modules included.
    pub(super) functions: u64,
    /// How many instructions they had.
    pub(super) bytecodes: u64,
    /// Bytes of machine code on the usual path.
    pub(super) hot_bytes: u64,
    /// Bytes of machine code aside from it.
    pub(super) cold_bytes: u64,
    /// Nanoseconds per bytecode, one for each round.
    pub(super) laps: Vec<f64>,
}

/// The part of what a program prints that is read.
#[derive(Deserialize)]
struct Printed {
    speeds: Vec<Speed>,
}

/// The compilers of these chapters. Who is left out is said on standard error.
///
/// # Errors
/// An engine crashes, or there is no compiler.
pub(super) fn find(chapters: &[Chapter]) -> Result<Vec<Compiler>> {
    chapters.iter().filter(|chapter| chapter.runs_python()).for_each(announce_first_build);
    let lineup = Lineup::assemble(chapters);
    for (chapter, error) in &lineup.broken {
        eprintln!("left out: {chapter}: {error}");
    }
    let mut compilers = Vec::new();
    for engine in lineup.engines {
        let compiler = Compiler { engine };
        match compiler.compile(&[EMPTY_PROGRAM.into()])? {
            Ok(_) => compilers.push(compiler),
            Err(reason) => eprintln!("left out: {}: {reason}", compiler.engine),
        }
    }
    if compilers.is_empty() {
        bail!("there is no compiler to time; `cargo xtask chapter` lists the chapters");
    }
    Ok(compilers)
}

impl Compiler {
    /// The compiler of an engine whose program does not exist.
    #[cfg(test)]
    pub(super) fn named(chapter: u32, engine: &str) -> Self {
        let program = format!("ch{chapter:02}").into();
        Self { engine: Engine::new(chapter, engine.to_owned(), program) }
    }

    /// Its chapter and its own name: `ch02 jit`.
    pub(super) fn name(&self) -> String {
        format!("ch{:02} {}", self.chapter(), self.engine_name())
    }

    /// The number of its chapter.
    pub(super) fn chapter(&self) -> u32 {
        self.engine.chapter()
    }

    /// The engine's name in its chapter.
    pub(super) fn engine_name(&self) -> &str {
        self.engine.name()
    }

    /// Times one round for each kind of memory, in a process of its own; or says why
    /// the compiler does not compile this.
    ///
    /// # Errors
    /// The process crashes, hangs, or prints something else than its speed.
    pub(super) fn compile(&self, files: &[PathBuf]) -> Result<Result<Vec<Speed>, String>> {
        let mut command = self.command(files);
        let outcome = process::capture(&mut command, PATIENCE)?;
        read(&outcome).with_context(|| format!("{} failed at --compile-speed", self.engine))
    }

    fn command(&self, files: &[PathBuf]) -> Command {
        let mut command = self.engine.binary();
        command.args(["--compile-speed", "--json", "--rounds", "1"]);
        command.args(["--engine", self.engine_name()]).args(files);
        command
    }
}

fn read(outcome: &Outcome) -> Result<Result<Vec<Speed>, String>> {
    match outcome.status {
        Status::Exited(0) => {
            let printed: Printed = serde_json::from_slice(&outcome.stdout)?;
            Ok(Ok(printed.speeds))
        }
        Status::Exited(REFUSED | WRONG_COMMAND_LINE) => Ok(Err(outcome.last_error_line())),
        status => bail!("it crashed, exit status: {status}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(status: Status, stdout: &str, stderr: &str) -> Outcome {
        Outcome { status, stdout: stdout.into(), stderr: stderr.into() }
    }

    #[test]
    fn one_round_is_asked_for_with_all_files_behind() {
        let compiler = Compiler::named(2, "jit");
        assert_eq!(compiler.name(), "ch02 jit");
        assert_eq!(
            process::shown(&compiler.command(&["a.py".into(), "b.py".into()])),
            "ch02 --compile-speed --json --rounds 1 --engine jit a.py b.py"
        );
    }

    #[test]
    fn a_speed_is_read_from_what_the_program_prints() {
        let text = r#"{"engine": "jit", "rounds": 1, "speeds": [{"memory": "cold", "functions": 2,
            "bytecodes": 10, "hot_bytes": 250, "cold_bytes": 30, "bytes_per_second": 1.0,
            "laps": [25.5]}]}"#;
        let speed = Speed {
            memory: "cold".to_owned(),
            functions: 2,
            bytecodes: 10,
            hot_bytes: 250,
            cold_bytes: 30,
            laps: vec![25.5],
        };
        let read = read(&ended(Status::Exited(0), text, "")).expect("it is JSON");
        assert_eq!(read, Ok(vec![speed]));
    }

    #[test]
    fn a_refusal_is_told_in_its_own_words() {
        let outcome = ended(Status::Exited(1), "", "MemoryError: no memory for code\n");
        let read = read(&outcome).expect("it ended by itself");
        assert_eq!(read, Err("MemoryError: no memory for code".to_owned()));
    }

    #[test]
    fn a_crash_is_no_refusal() {
        assert!(read(&ended(Status::Killed(11), "", "")).is_err());
        assert!(read(&ended(Status::Exited(101), "", "")).is_err());
        assert!(read(&ended(Status::Exited(0), "no JSON", "")).is_err());
    }
}
