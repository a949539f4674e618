//! How a cache behaves: how much code there may be (chapter 5 of the book, "Who goes
//! first"), and how it is tested ("Switches").

/// How a cache behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheOptions {
    /// How many bytes of code there may be, stubs and counters not counted.
    pub budget: usize,
    /// Whether it throws away what it can whenever it is asked for code, and keeps no
    /// entry: each call has to ask. This is for tests.
    pub is_stressed: bool,
}

impl Default for CacheOptions {
    /// A budget of [`DEFAULT_BUDGET`], and no stress.
    fn default() -> CacheOptions {
        CacheOptions { budget: DEFAULT_BUDGET, is_stressed: false }
    }
}

/// How many bytes of code there may be if nothing is said: 64 MiB.
pub const DEFAULT_BUDGET: usize = 64 << 20;
