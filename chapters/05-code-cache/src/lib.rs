//! A code cache: functions are compiled when they are first called, kept for all later
//! calls, and evicted when the room is needed for others. Chapter 5 of the book explains
//! it, in the order of these modules.

// The mechanism, for any language.
#[cfg(target_os = "linux")]
mod mechanism;

// The language of chapter 1.
pub mod driver;

pub use driver::{CacheView, CachingJit, Jit, JitOptions, When};
#[cfg(target_os = "linux")]
pub use mechanism::*;
