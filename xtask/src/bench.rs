//! `cargo xtask bench`: races the engines of all chapters, and whichever peers
//! are here, on the programs that the book times. With `--write` the times
//! become those that the book shows. Chapter 0 of the book says why a race is
//! interleaved, and why it tells medians. `--compile` times compilers instead,
//! `--memory` what it takes to have memory for code, `--break-even` when compiling has
//! paid.

mod contestant;
mod lineup;
mod machine;
mod measurements;
mod peer;
mod program;
mod race;
mod table;

mod document;
mod compile;
mod example;
mod memory;
mod break_even;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;
use conformance::Workspace;
use indicatif::{ProgressBar, ProgressStyle};

use crate::bench::contestant::Contestant;
use crate::bench::document::STANDARD_OUTPUT;
use crate::bench::machine::Machine;
use crate::bench::measurements::Measurements;
use crate::bench::peer::Peer;
use crate::bench::program::PROGRAMS;
use crate::bench::race::Race;

/// Where the times are that the book shows.
const MEASUREMENTS: &str = "book/measurements.json";

#[derive(Args)]
pub(crate) struct Arguments {
    /// How many times each contestant runs, or each compiler compiles, each program;
    /// with --memory or --break-even, how many rounds there are; at least 7
    #[arg(long, value_name = "N", default_value_t = 11,
          value_parser = clap::value_parser!(u16).range(7..))]
    rounds: u16,
    /// Make the times those that the book shows: book/measurements.json
    #[arg(long)]
    write: bool,
    /// Let another implementation take part: COMMAND is run with the program's
    /// file behind it
    #[arg(long = "peer", value_name = "NAME=COMMAND")]
    peers: Vec<Peer>,
    /// Time the chapters' compilers instead: all programs of tests/, functions of
    /// 10,000 to 1,000,000 instructions, 100,000 small ones; as in
    /// `cargo xtask bench --compile --chapter 2`
    #[arg(long, group = "measured", conflicts_with_all = ["write", "peers"])]
    compile: bool,
    /// With --compile: only this chapter's compilers
    #[arg(long, value_name = "N", requires = "compile")]
    chapter: Option<String>,
    /// Time how functions get into executable memory and out of it instead, and tell
    /// what is mapped for them: 1, 1,000 and 100,000 functions, in a mapping each, in
    /// an arena that flips and in one that is mapped twice
    #[arg(long, group = "measured", conflicts_with_all = ["write", "peers", "compile"])]
    memory: bool,
    /// With --memory: how many bytes each function has
    #[arg(long, value_name = "N", requires = "memory", default_value_t = 800,
          value_parser = clap::value_parser!(u32).range(1..))]
    bytes: u32,
    /// Measure chapter 5's compiler instead: after how many executions of a function
    /// compiling it has paid, for functions from tiny to busy; and, for a program of which
    /// little is called, how much time has passed after so many calls, interpreted, compiled
    /// lazily and compiled eagerly. A round takes about a second
    #[arg(long, group = "measured",
          conflicts_with_all = ["write", "peers", "compile", "memory"])]
    break_even: bool,
    /// With --compile, --memory or --break-even: write what was measured as JSON, with all
    /// laps, instead of the table; with a FILE, there and besides the table
    ///
    /// With --compile: {"schema": 1, "command", "machine", "rounds", "workloads":
    /// [{"name", "about", "files"}], "rows": [{"workload", "chapter", "engine",
    /// "memory", "functions", "bytecodes", "hot_bytes", "cold_bytes",
    /// "nanoseconds_per_bytecode", "laps"}], "scaling": [{"chapter", "engine",
    /// "memory", "ratio"}]}, where a row that was refused has a "refused" instead of
    /// "memory" and figures.
    ///
    /// With --memory: {"schema": 1, "command", "machine", "rounds", "bytes", "rows":
    /// [{"functions", "way", "cold", "warm", "free",
    /// "executable_bytes_per_function", "resident_bytes_per_function", "mappings"}]},
    /// where "cold" (published where no code has been), "warm" (where code has been
    /// freed) and "free" are {"nanoseconds_per_function", "laps"}, "mappings" is that
    /// of all functions, and a row that was refused has a "refused" instead of figures.
    ///
    /// With --break-even: {"schema": 1, "command", "machine", "rounds", "functions":
    /// [{"name", "about", "bytecodes", "executed", "bytes", "interpreted", "compiled",
    /// "warm", "cold"}], "program": {"functions", "called"}, "executions", "ways":
    /// [{"name", "microseconds", "shortest", "longest"}]}, where "interpreted" and
    /// "compiled" (one execution) are {"nanoseconds", "laps"}, "warm" and "cold"
    /// (compiling) are {"told": {"nanoseconds", "laps"}, "whole": {"nanoseconds",
    /// "laps"}, "paid_after": {"executions", "laps"}}, by the cache's own watch and from
    /// outside, what never pays is null, and "microseconds" are those that have passed
    /// after each of "executions".
    #[arg(long, value_name = "FILE", requires = "measured",
          num_args = 0..=1, default_missing_value = STANDARD_OUTPUT)]
    json: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    if arguments.compile {
        return compile::run(arguments);
    }
    if arguments.memory {
        return memory::run(arguments);
    }
    if arguments.break_even {
        return break_even::run(arguments);
    }
    let workspace = Workspace::load()?;
    let contestants = lineup::assemble(&workspace, &arguments.peers)?;
    let machine = Machine::this();
    println!("{}\n", announcement(&contestants, &machine));
    let races = race_all(&workspace, &contestants, arguments.rounds.into())?;
    if arguments.write {
        let measurements = Measurements { machine, contestants: &contestants, races: &races };
        let path = workspace.root().join(MEASUREMENTS);
        std::fs::write(&path, measurements.to_json())
            .with_context(|| format!("cannot write {}", path.display()))?;
        println!("Written to {MEASUREMENTS}.");
    }
    Ok(ExitCode::SUCCESS)
}

fn announcement(contestants: &[Contestant], machine: &Machine) -> String {
    let names: Vec<String> = contestants.iter().map(Contestant::introduction).collect();
    format!("Racing {}\non {machine}", names.join(", "))
}

/// One race for each program; its table is printed as soon as it is over.
fn race_all(workspace: &Workspace, contestants: &[Contestant], rounds: usize) -> Result<Vec<Race>> {
    let runs = PROGRAMS.len() * contestants.len() * (1 + rounds);
    let bar = bar(runs);
    let mut races = Vec::new();
    for program in &PROGRAMS {
        let race =
            race::run(program, &workspace.root().join(program.path), contestants, rounds, &bar)?;
        bar.suspend(|| println!("{}", table::of(&race)));
        races.push(race);
    }
    bar.finish_and_clear();
    Ok(races)
}

fn bar(runs: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} runs, {eta} to go: {msg}")
        .expect("the template is right");
    ProgressBar::new(runs as u64).with_style(style)
}
