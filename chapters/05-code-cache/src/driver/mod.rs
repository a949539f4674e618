//! The driver: a cache of the functions of chapter 1's language, whose host is a VM.
//! Chapter 5 of the book shows it in "Python moves in".

mod options;

// What runs it, on x86-64 and Linux.
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod native;
#[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
mod elsewhere;

mod focus;
mod machine;

#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
use crate::mechanism::DEFAULT_BUDGET;
#[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
pub use elsewhere::{CacheView, Jit};
#[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
use elsewhere::{DEFAULT_BUDGET, WatchedJit, jit, show, show_some, timed};
pub use machine::CachingJit;
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
pub use native::{CacheView, FunctionCompiler, Jit, Templates};
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
use native::{WatchedJit, jit, show, show_some, timed};
pub use options::{JitOptions, When};
