//! `cargo xtask …`: everything that this workspace can be told to do.
//!
//! It depends on no chapter: it builds and runs them as cargo and a shell
//! would, so that it still works when a chapter does not. Each command is a
//! module; `suite` is `cargo xtask test`.

mod page;

mod book;
mod chapter;
mod delegate;
mod stencils;

mod suite;
mod tally;

mod bench;

mod fuzz;
mod oracle;
mod tidy;

mod doctor;
mod system;
mod tools;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Everything that this workspace can be told to do.
#[derive(Parser)]
#[command(bin_name = "cargo xtask", disable_help_subcommand = true)]
struct CommandLine {
    #[command(subcommand)]
    command: Option<Command>,
}

/// The first line of each is what `cargo xtask` alone prints; the examples are
/// in `page`.
#[derive(Subcommand)]
enum Command {
    /// Puts a chapter on the bench: the demo program, or a FILE of yours
    #[command(
        override_usage = "cargo xtask chapter [N [FILE] [FLAGS]...]",
        after_help = page::example("cargo xtask chapter 1 my-program.py --run")
    )]
    Chapter(chapter::Arguments),
    /// Builds the book; opens, serves or checks it
    #[command(after_help = page::example("cargo xtask book --open"))]
    Book(book::Arguments),
    /// Compiles the C of the stencils with Clang 19, or checks the objects
    #[command(after_help = page::example("cargo xtask stencils --check"))]
    Stencils(stencils::Arguments),
    /// Tests all that this machine can check, and names what it cannot
    #[command(after_help = page::example("cargo xtask test 1"))]
    Test(suite::Arguments),
    /// Records what CPython 3.13 prints for each test program, or compares
    #[command(after_help = page::example("cargo xtask oracle --check"))]
    Oracle(oracle::Arguments),
    /// Lets all engines run random programs, which they must agree about
    #[command(after_help = page::example("cargo xtask fuzz --seeds 10000"))]
    Fuzz(fuzz::Arguments),
    /// Races all engines, CPython 3.13 and PyPy on programs of the book
    #[command(after_help = page::example("cargo xtask bench --rounds 21"))]
    Bench(bench::Arguments),
    /// Checks the rules of this workspace that the compiler does not know
    #[command(after_help = page::example("cargo xtask tidy"))]
    Tidy,
    /// Lists the tools in use: which are here, and what the others are for
    #[command(after_help = page::example("cargo xtask doctor"))]
    Doctor,
}

fn main() -> ExitCode {
    // `cargo xtask … | head` ends this process, like any other command.
    sigpipe::reset();
    let result = match CommandLine::parse().command {
        None => page::print(),
        Some(Command::Chapter(arguments)) => chapter::run(&arguments),
        Some(Command::Book(arguments)) => book::run(&arguments),
        Some(Command::Stencils(arguments)) => stencils::run(&arguments),
        Some(Command::Test(arguments)) => suite::run(&arguments),
        Some(Command::Oracle(arguments)) => oracle::run(&arguments),
        Some(Command::Fuzz(arguments)) => fuzz::run(&arguments),
        Some(Command::Bench(arguments)) => bench::run(&arguments),
        Some(Command::Tidy) => tidy::run(),
        Some(Command::Doctor) => doctor::run(),
    };
    result.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}
