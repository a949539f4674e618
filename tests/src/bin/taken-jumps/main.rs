//! `taken-jumps`: counts what a JIT's code does, exactly, and without the
//! processor's own counters, which need rights that few have. Chapter 3 of the
//! book, "Payoff", counts with it.
//!
//! The command is run one machine instruction at a time; only those in memory
//! that belongs to no file are counted, since that is where a JIT puts its code.

mod counts;
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod regions;
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod tracer;

#[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
mod elsewhere;
#[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
use elsewhere as tracer;

use std::ffi::OsString;
use std::num::NonZeroU64;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use conformance::outcome::Status;

/// Counts the instructions, taken jumps, calls and returns that a command
/// executes in anonymous memory: in the code that a JIT has made.
///
/// What the command prints goes to standard error, and its exit status is ours.
/// Its threads are counted; other processes that it starts are not.
#[derive(Parser)]
#[command(name = "taken-jumps")]
struct CommandLine {
    /// Print the counts divided by N too: by the number of bytecodes, say
    #[arg(long, value_name = "N")]
    per: Option<NonZeroU64>,
    /// Become the command, and be traced by the process that started this one
    #[arg(long, hide = true)]
    traced: bool,
    /// What to run, and its arguments
    #[arg(value_name = "COMMAND", required = true, trailing_var_arg = true)]
    command: Vec<OsString>,
}

fn main() -> ExitCode {
    run(&CommandLine::parse()).unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

fn run(arguments: &CommandLine) -> Result<ExitCode> {
    if arguments.traced {
        return Err(tracer::become_traced(&arguments.command));
    }
    let Some((counts, status)) = tracer::count(&arguments.command)? else {
        // It has never become the command, and has said why.
        return Ok(ExitCode::FAILURE);
    };
    println!("{counts}");
    if let Some(divisor) = arguments.per {
        println!("{}", counts.per(divisor));
    }
    Ok(exit_code(status))
}

/// A shell's exit status for a command that ended like this.
fn exit_code(status: Status) -> ExitCode {
    let code = match status {
        Status::Exited(code) => code,
        Status::Killed(signal) => 128 + signal,
    };
    u8::try_from(code).map_or(ExitCode::FAILURE, ExitCode::from)
}
