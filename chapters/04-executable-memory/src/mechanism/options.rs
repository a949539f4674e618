//! What an arena can be like. Chapter 4 of the book, "One arena".

use std::ops::Range;
use std::sync::Arc;

use super::observer::Observer;
use super::region::Strategy;

/// What an arena shall be like.
#[derive(Clone, Debug)]
pub struct ArenaOptions {
    /// How code becomes executable.
    pub strategy: Strategy,
    /// What all code has to reach with distances of 32 bits, if the system gives
    /// memory that is near enough.
    pub near: Option<Range<u64>>,
    /// What room without code is filled with: whoever executes it is stopped.
    pub trap: u8,
    /// How many bytes of code the first region has. Each further one has twice as
    /// many, up to [`largest_region`](Self::largest_region).
    pub first_region: usize,
    /// How many bytes of code a region has at most, unless one piece needs more.
    pub largest_region: usize,
    /// Who is told of all code.
    pub observers: Vec<Arc<dyn Observer>>,
}

impl ArenaOptions {
    /// Two mappings, anywhere, from 1 MiB on, and nobody is told.
    #[must_use]
    pub fn new(trap: u8) -> ArenaOptions {
        ArenaOptions {
            strategy: Strategy::default(),
            near: None,
            trap,
            first_region: 1 << 20,
            largest_region: 1 << 26,
            observers: Vec::new(),
        }
    }
}
