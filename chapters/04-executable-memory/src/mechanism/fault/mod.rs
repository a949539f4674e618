//! Faults in compiled code, put into words before the process dies of them. Chapter 4
//! of the book, "Last words".
//!
//! A signal's handler runs between any two instructions of its thread. So it does not
//! allocate, and does not wait for locks that are not given up soon: what it needs has
//! been set up before.

// What is known of a fault, and how it is told.
mod evidence;
mod wording;
mod text;

// How it comes to be known.
mod context;
mod patience;
mod watch;

// What the system calls, and on which stack.
mod handler;
mod stack;
mod error;

pub use error::FaultError;
pub use stack::AlternateStack;
pub use watch::{Watch, report};
