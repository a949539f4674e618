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
pub use listing::memory as list_memory;
pub(super) use memory::Memory;
pub use memory::{arena, options, options_from};
pub use roots::VmRoots;
pub(super) use timed::TimedCompiler;
