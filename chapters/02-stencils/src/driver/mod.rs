//! The driver: the mechanism applied to the language of chapter 1. It says which
//! stencil an instruction is compiled to, what goes into which hole, and which
//! functions of the runtime the stencils call.

// What the stencils of Python are.
mod symbol;
mod abi;
mod operations;
mod objects;
mod stencils;
mod sources;

// What runs them, on x86-64 and Linux.
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod native;
#[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
mod elsewhere;

mod machine;

pub use abi::{AbiError, check as check_abi};
#[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
pub use elsewhere::{InterpreterC, Jit};
pub use machine::{BYTECODE, INTERPRETER, SOURCE, StencilJit, engine, run_hopping};
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
pub use native::{
    CompiledProgram, InterpreterC, Jit, dispatch_table, resume, run_from, runtime_address,
};
pub use objects::{Build, LoadError, Objects, PrebuiltObject};
pub use operations::OperationTable;
pub use sources::find as find_c_source;
pub use stencils::{Defect, Stencils, can_fill};
pub use symbol::{RuntimeFunction, Symbol, symbol_table};

/// Why compiled code cannot run on this machine, if it cannot.
pub const OBSTACLE: Option<&str> = match cfg!(all(target_arch = "x86_64", target_os = "linux")) {
    true => None,
    false => Some("its code is for Linux on x86-64; take --engine interpreter"),
};
