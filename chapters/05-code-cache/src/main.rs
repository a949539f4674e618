//! `ch05-code-cache`: chapter 5 on the bench.

use std::process::ExitCode;

fn main() -> ExitCode {
    ch00_workbench::main(&ch05_code_cache::CachingJit)
}
