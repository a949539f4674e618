//! `ch02-stencils`: chapter 2 on the bench.

use std::process::ExitCode;

fn main() -> ExitCode {
    ch00_workbench::main(&ch02_stencils::StencilJit)
}
