//! What memory for code costs: publishes functions in one of five ways, frees them
//! again, and prints how long that took and what was mapped. `cargo xtask bench
//! --memory` runs it, in many rounds. Chapter 4 of the book, "Payoff".

#[cfg(target_os = "linux")]
mod command_line;
#[cfg(target_os = "linux")]
mod round;
#[cfg(target_os = "linux")]
mod ways;
#[cfg(target_os = "linux")]
mod space;

use std::process::ExitCode;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    command_line::run()
}

#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    eprintln!("this chapter's memory for code is for Linux");
    ExitCode::FAILURE
}
