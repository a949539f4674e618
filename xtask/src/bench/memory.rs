//! `cargo xtask bench --memory`: times how functions get into executable memory and
//! out of it, in the ways of chapters 3 and 4, and tells what is mapped for them.
//! Chapter 4 of the book, "Payoff".

mod way;
mod measurement;
mod report;

use std::process::ExitCode;

use anyhow::Result;
use conformance::Workspace;

use crate::bench::machine::Machine;
use crate::bench::{Arguments, bar, document};

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let program = way::PROGRAM.build(&Workspace::load()?)?;
    let rounds = usize::from(arguments.rounds);
    let bytes = arguments.bytes;
    let bar = bar(rounds * way::WAYS.len() * measurement::FUNCTIONS.len());
    let entries = measurement::measure(&program, bytes, rounds, &bar)?;
    bar.finish_and_clear();
    let machine = Machine::this();
    let tables = format!("On {machine}\n{}", report::tables(&entries, bytes));
    let document = report::document(&machine, rounds, &entries, bytes);
    document::deliver(arguments.json.as_deref(), &tables, &document)?;
    Ok(ExitCode::SUCCESS)
}
