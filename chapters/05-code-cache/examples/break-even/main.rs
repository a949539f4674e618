//! When compiling a function has paid: how long functions take in the interpreter and as
//! code, how long it takes to compile them at their first call, and after how many calls
//! the one makes up for the other. `cargo xtask bench --break-even` runs it. Chapter 5 of
//! the book, "Payoff".

// What is run.
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod subject;
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod text;

// How.
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod engines;
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod marks;

// What is measured.
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod laps;
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod execution;
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod compilation;
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod balance;
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod series;

// How it is told.
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod tables;
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod document;
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod command_line;

use std::process::ExitCode;

#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
fn main() -> ExitCode {
    command_line::run()
}

#[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
fn main() -> ExitCode {
    eprintln!("this chapter's code is for Linux on x86-64");
    ExitCode::FAILURE
}
