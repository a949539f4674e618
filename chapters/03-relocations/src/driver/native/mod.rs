//! What runs linked stencils.

mod compile;
mod jit;
mod listing;
mod timed;

pub use compile::{link_alone, link_function, outside};
pub use jit::Jit;
pub use listing::{code as list_code, hot_code as list_hot_code};
pub(super) use timed::TimedCompiler;
