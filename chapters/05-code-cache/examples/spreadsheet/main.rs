//! A spreadsheet: the cache serves a language that is not Python. Each formula is
//! compiled when its value is first needed, with the numbers inside that it refers to, and
//! gets the values of other formulas through their entries. Chapter 5 of the book, "The
//! same cache, another language".

#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod cell;
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod command_line;
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod compiler;
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod formula;
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod grid;
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod interpreter;
#[cfg(all(test, target_arch = "x86_64", target_os = "linux"))]
mod random;
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod runner;
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod sheet;
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod stencils;
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod stubs;
#[cfg(all(test, target_arch = "x86_64", target_os = "linux"))]
mod tests;

#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
fn main() -> std::process::ExitCode {
    command_line::run()
}

#[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
fn main() {
    eprintln!("the stencils are x86-64 code, and the arena is for Linux");
}
