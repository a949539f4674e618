//! `ch01-bytecode-vm`: chapter 1 on the bench.

use std::process::ExitCode;

fn main() -> ExitCode {
    ch00_workbench::main(&ch01_bytecode_vm::BytecodeVm)
}
