//! What runs stencils: two engines, and what is under both. Chapter 2 of the
//! book explains them in this order.

mod runtime;
mod entry;
mod interpreter;
mod compile;
mod jit;
mod listing;

pub use entry::{CompiledProgram, resume, run_from};
pub use interpreter::{InterpreterC, dispatch_table};
pub use jit::Jit;
pub use runtime::address as runtime_address;
