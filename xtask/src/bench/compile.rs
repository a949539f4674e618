//! `cargo xtask bench --compile`: times the compilers of all chapters, each in its
//! own process, on the programs of the tests and on generated ones. Chapter 3 of
//! the book reads the table.

mod compiler;
mod source;
mod workload;
mod measurement;
mod report;

use std::process::ExitCode;

use anyhow::{Context, Result};
use conformance::{Chapter, Workspace};
use tempfile::TempDir;

use crate::bench::machine::Machine;
use crate::bench::{Arguments, bar, document};

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let workspace = Workspace::load()?;
    let compilers = compiler::find(&chapters(&workspace, arguments.chapter.as_deref())?)?;
    let folder = TempDir::new().context("there is no temporary folder")?;
    let workloads = workload::all(workspace.root(), folder.path())?;
    let rounds = usize::from(arguments.rounds);
    let bar = bar(rounds * workloads.len() * compilers.len());
    let entries = measurement::measure(&workloads, &compilers, rounds, &bar)?;
    bar.finish_and_clear();
    let scalings = measurement::scalings(&entries);
    let machine = Machine::this();
    let tables = format!("On {machine}\n{}", report::tables(&entries, &scalings));
    let document = report::document(&machine, rounds, &workloads, &entries, &scalings);
    document::deliver(arguments.json.as_deref(), &tables, &document)?;
    Ok(ExitCode::SUCCESS)
}

/// All chapters, or the only one.
fn chapters(workspace: &Workspace, only: Option<&str>) -> Result<Vec<Chapter>> {
    match only {
        Some(number) => Ok(vec![workspace.chapter(number)?.clone()]),
        None => Ok(workspace.chapters().to_vec()),
    }
}
