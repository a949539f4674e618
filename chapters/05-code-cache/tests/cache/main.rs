//! The cache, without any Python: a toy compiler makes functions of chosen sizes, and a
//! toy host has entries for them, and roots that a test sets as it likes. The code is
//! real, and can be called.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))]

use cap::Cap;

// What the tests have in common.
mod toy;
mod host;
mod shop;
mod system;
mod alone;

// How code comes and goes.
mod calls;
mod dozing;
mod eviction;
mod rooted;
mod room;
mod patience;
mod invalidation;
mod batches;
mod stressed;
mod endings;

// What is counted.
mod counting;
mod statistics;
mod memory;

// What it is made of.
mod cells;
mod stubs;

// Whatever comes, at random.
mod model;
mod random;
mod running;
mod threads;
mod refusals;

/// Counts the bytes of the heap, for tests that are alone in their process.
#[global_allocator]
static HEAP: Cap<std::alloc::System> = Cap::new(std::alloc::System, usize::MAX);
