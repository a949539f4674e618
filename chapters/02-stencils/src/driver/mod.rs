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

pub use abi::AbiError;
#[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
pub use elsewhere::{InterpreterC, Jit};
pub use machine::StencilJit;
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
pub use native::{InterpreterC, Jit};
pub use objects::{Build, LoadError, Objects};
pub use operations::OperationTable;
pub use stencils::{Defect, Stencils};
pub use symbol::{RuntimeFunction, Symbol, symbol_table};

/// Why compiled code cannot run on this machine, if it cannot.
const OBSTACLE: Option<&str> = match cfg!(all(target_arch = "x86_64", target_os = "linux")) {
    true => None,
    false => Some("its code is for Linux on x86-64; take --engine interpreter"),
};
