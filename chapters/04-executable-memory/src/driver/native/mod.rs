//! What compiles to an arena, and runs from there.

mod memory;
mod function;
mod roots;
mod jit;
mod listing;
mod watched;
mod timed;
#[cfg(test)]
mod many;
#[cfg(test)]
mod moving;

pub use function::CompiledFunction;
pub use jit::Jit;
pub(super) use memory::Memory;
pub use memory::{arena, options};
pub use roots::VmRoots;
pub(super) use timed::TimedCompiler;
