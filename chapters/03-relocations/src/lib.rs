//! Relocations: every kind of hole, and a linker that owns the layout of blocks.
//! Chapter 3 of the book explains it, in the order of these modules.

// The mechanism, for any language.
mod mechanism;

// The language of chapter 1.
pub mod driver;

pub use driver::{Jit, LinkedJit};
pub use mechanism::*;
