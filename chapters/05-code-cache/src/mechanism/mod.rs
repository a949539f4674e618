//! The mechanism: a cache of machine code in an arena. It knows no language, no opcode
//! and no value: a [`Compiler`] makes the code, and a [`Host`] runs it. Chapter 5 of the
//! book, from "A cell between caller and callee" to "What code takes for granted".

// Who makes code, and who runs it.
mod compiler;
mod host;
mod entries;

// What stands where code is not.
mod stub;
mod counting;

// Whose code goes first.
mod record;
mod age;
mod dependencies;
mod statistics;

// The cache.
mod options;
mod error;
mod cache;
mod admission;
mod eviction;

pub use cache::{CodeCache, Found};
pub use compiler::{Compiler, Token};
pub use counting::CallCounting;
pub use entries::EntryCells;
pub use error::Refused;
pub use host::{Host, NoHost};
pub use options::{CacheOptions, DEFAULT_BUDGET};
pub use statistics::{FunctionStatistics, Statistics};
pub use stub::{StubError, StubGenerator};
