//! Executable memory: one arena for the code of all threads, which is writable or
//! executable and never both. Chapter 4 of the book explains it, in the order of
//! these modules.

// The mechanism, for any language.
#[cfg(target_os = "linux")]
mod mechanism;

// The language of chapter 1.
pub mod driver;

pub use driver::{ArenaJit, Jit};
#[cfg(target_os = "linux")]
pub use mechanism::*;
