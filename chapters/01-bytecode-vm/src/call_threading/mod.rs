//! Call threading: the crudest JIT that works. Every instruction becomes a call
//! of a routine that does what its opcode says; the loop, the fetch and the
//! `match` of the interpreter are gone. Chapter 1 of the book, "Call threading".
//!
//! The code is for x86-64 and Linux. Elsewhere there is a [`CallThreading`]
//! that cannot be made.

#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod template;
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod routine;
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod emit;
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod engine;
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod listing;

#[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
mod elsewhere;
mod error;

#[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
pub use elsewhere::CallThreading;
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
pub use engine::CallThreading;
pub use error::JitError;

/// Why compiled code cannot run on this machine, if it cannot.
pub(crate) const OBSTACLE: Option<&str> =
    match cfg!(all(target_arch = "x86_64", target_os = "linux")) {
        true => None,
        false => Some(error::OBSTACLE),
    };
