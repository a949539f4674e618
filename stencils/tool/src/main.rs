//! `stencil-tool`: compiles the C of the stencils into the objects that chapters
//! read, and checks that these are what the C says. `cargo xtask stencils` starts
//! it. Chapter 2 of the book, "Design notes".

mod place;
mod builds;
mod manifest;
mod compilation;
mod programs;

mod check;
mod compile;
mod list;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use ch02_stencils::{Clang, ClangError};
use clap::Parser;

use crate::place::Place;

/// Compiles the C of the stencils into the objects that chapters read.
#[derive(Parser)]
#[command(bin_name = "cargo xtask stencils")]
struct CommandLine {
    /// Change nothing: compare the objects with their sources, and with what
    /// Clang makes of these today
    #[arg(long, conflicts_with = "list")]
    check: bool,
    /// List the objects: what they were made of, how, and by which Clang
    #[arg(long)]
    list: bool,
    /// Use this Clang. If it is not of version 19, the prebuilt objects stay as
    /// they are: its own go into `target/stencils`, and all programs run on them
    #[arg(long, value_name = "PATH")]
    clang: Option<PathBuf>,
}

fn main() -> ExitCode {
    // `cargo xtask stencils --list | head` ends this process, like any other.
    sigpipe::reset();
    run(&CommandLine::parse()).unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

fn run(command_line: &CommandLine) -> Result<ExitCode> {
    let place = Place::find()?;
    let clang = clang(command_line.clang.as_deref());
    match command_line {
        CommandLine { list: true, .. } => list::run(&place, clang),
        CommandLine { check: true, .. } => check::run(&place, clang),
        _ => compile::run(&place, clang),
    }
}

/// The Clang that the user has named, or the one that is wanted by default.
fn clang(named: Option<&Path>) -> Result<Clang, ClangError> {
    named.map_or_else(Clang::find, Clang::at)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        CommandLine::command().debug_assert();
    }
}
