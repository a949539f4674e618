//! `ch03-relocations`: chapter 3 on the bench.

use std::process::ExitCode;

fn main() -> ExitCode {
    ch00_workbench::main(&ch03_relocations::LinkedJit)
}
