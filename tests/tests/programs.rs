//! Every program of the corpus in every engine of every chapter, the newest ones in
//! all their variations, alone and hopping between engines, against its record.
//!
//! A test is called `ch01/interpreter/part1/name`, so that
//! `cargo test -p conformance --test programs -- ch01/jit` runs what belongs to
//! one engine, and `-- 'ch05/jit --budget'` what belongs to some variations.

mod harness;

use std::process::ExitCode;

use conformance::corpus::{self, Program};
use conformance::process::{self, PATIENCE};
use conformance::{Engine, Lineup, Workspace};
use libtest_mimic::{Failed, Trial};

/// Seeds for `--hop`. Two, so that a program is left at different places.
const HOPS: [u64; 2] = [1, 2];

fn main() -> ExitCode {
    harness::run(trials())
}

fn trials() -> Result<Vec<Trial>, Box<dyn std::error::Error>> {
    let workspace = Workspace::load()?;
    let mut lineup = Lineup::assemble(workspace.selected_chapters()?);
    let programs = corpus::programs(workspace.root())?;
    let mut trials = Vec::new();
    for (label, error) in std::mem::take(&mut lineup.broken) {
        trials.push(Trial::test(format!("{label}/build"), move || Err(error.into())));
    }
    for engine in &lineup.into_all() {
        for program in &programs {
            trials.extend(trials_of(engine, program));
        }
    }
    Ok(trials)
}

fn trials_of(engine: &Engine, program: &Program) -> Vec<Trial> {
    let alone = (format!("{engine}/{}", program.label()), None);
    let hopping = HOPS.map(|seed| (format!("{}/hop-{seed}", alone.0), Some(seed)));
    std::iter::once(alone.clone())
        .chain(hopping)
        .map(|(name, hop)| {
            let (engine, program) = (engine.clone(), program.clone());
            Trial::test(name, move || check(&engine, &program, hop))
        })
        .collect()
}

fn check(engine: &Engine, program: &Program, hop: Option<u64>) -> Result<(), Failed> {
    let mut command = engine.command_in(program.folder(), &program.file_name(), hop);
    let outcome = process::capture(&mut command, PATIENCE)?;
    match program.difference(&engine.to_string(), &outcome)? {
        None => Ok(()),
        Some(difference) => Err(format!(
            "{difference}\nSee for yourself, in {}:\n    {}",
            program.folder().display(),
            process::shown(&command)
        )
        .into()),
    }
}
