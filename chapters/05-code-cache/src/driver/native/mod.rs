//! What compiles to a cache, and runs from there. Chapter 5 of the book, from "The
//! interpreter moves in" to "Python moves in".

mod interpreter;
mod stubs;
mod templates;
mod compiler;
mod host;
mod shims;
mod jit;
mod view;
mod statistics;
mod watched;
mod timed;
mod bench;
#[cfg(test)]
mod moving;

pub(super) use bench::{jit, show, show_some, timed};
pub use compiler::FunctionCompiler;
pub use jit::Jit;
pub use templates::Templates;
pub use view::CacheView;
pub(super) use watched::WatchedJit;
