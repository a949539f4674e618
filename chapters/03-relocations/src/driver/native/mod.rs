//! What runs linked stencils.

mod compile;
mod jit;
mod listing;
mod timed;

pub use jit::Jit;
pub(super) use timed::TimedCompiler;
