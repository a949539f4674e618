//! `ch04-executable-memory`: chapter 4 on the bench.

use std::process::ExitCode;

fn main() -> ExitCode {
    ch00_workbench::main(&ch04_executable_memory::ArenaJit)
}
