//! Whether this is the process that has made something, or one that was forked off.
//! Memory with two addresses is shared with such a process, and what it would write, its
//! parent would execute. Chapter 4 of the book, "Writable or executable".
#![expect(
    unsafe_code,
    reason = "has the C library call a function in a process that is forked off"
)]

use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering};

/// How many forks lie between the first process and this one.
static FORKS: AtomicU32 = AtomicU32::new(0);

/// A process, told apart from those that it was forked off and that are forked off it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Process(u32);

impl Process {
    /// The one that is running.
    pub(super) fn this() -> Process {
        static COUNTING: Once = Once::new();
        // If the C library has no memory to note this, forks are not noticed.
        // SAFETY: the function may be called between a fork and what comes after it.
        COUNTING.call_once(|| unsafe {
            libc::pthread_atfork(None, None, Some(count));
        });
        Process(FORKS.load(Ordering::Relaxed))
    }

    /// Whether it is the one that is running.
    pub(super) fn is_this(self) -> bool {
        self == Process::this()
    }
}

extern "C" fn count() {
    FORKS.fetch_add(1, Ordering::Relaxed);
}
