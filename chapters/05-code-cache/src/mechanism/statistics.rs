//! What a cache has done so far. Chapter 5 of the book, "What it counts, and what that
//! costs".

use std::time::Duration;

/// What a cache has done so far, and what it holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// How often the cache was asked for code by a call.
    pub visits: u64,
    /// How often code was compiled, first and later times.
    pub compiled: u64,
    /// How many of these were not the first time for their key.
    pub recompiled: u64,
    /// How often code was entered again that had been put to doze.
    pub woken: u64,
    /// How much code was evicted: to make room, or as somebody wanted it.
    pub evicted: u64,
    /// How much code was thrown away because of a token.
    pub invalidated: u64,
    /// How often a call found no code, and got none.
    pub refused: u64,
    /// How long compiling took, publishing included.
    pub compile_time: Duration,
    /// How many steps (instructions of the language) were compiled.
    pub steps: u64,
    /// How many functions have code now.
    pub functions: usize,
    /// How many bytes of code these have, and such that was thrown away and is not yet
    /// freed.
    pub bytes: usize,
    /// The most that this was.
    pub peak_bytes: usize,
}

/// What a cache knows of one key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FunctionStatistics {
    /// How often it was called, if calls are counted.
    pub calls: Option<u64>,
    /// How many of its calls asked the cache for the code.
    pub visits: u64,
    /// How many of these found none, and got none.
    pub refused: u64,
    /// How often it was compiled.
    pub compiled: u32,
    /// How often its code was thrown away, for whatever reason.
    pub discarded: u32,
    /// How many bytes of code it had when it was linked last.
    pub bytes: usize,
    /// Whether it has code now.
    pub has_code: bool,
    /// How long compiling it took, all in all. Zero if it was compiled along with others.
    pub compile_time: Duration,
}
