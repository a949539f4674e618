//! How long a signal's handler waits for what another thread has. Chapter 4 of the
//! book, "Last words".

use rustix::thread::{Timespec, nanosleep};

/// How often a handler asks.
const TRIES: u32 = 100;

/// How long it waits in between.
const PAUSE: Timespec = Timespec { tv_sec: 0, tv_nsec: 1_000_000 };

/// Tries until it succeeds, but not for ever: the thread that would have to go on may
/// be the one that has been interrupted.
pub(super) fn patiently<T>(mut attempt: impl FnMut() -> Option<T>) -> Option<T> {
    for _ in 0..TRIES {
        if let Some(done) = attempt() {
            return Some(done);
        }
        // To spin instead would keep the other one waiting where there is one processor.
        // A signal may cut it short.
        let _ = nanosleep(&PAUSE);
    }
    attempt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_succeeds_late_succeeds() {
        let mut tries = 0;
        let attempt = || {
            tries += 1;
            (tries == 5).then_some("done")
        };
        assert_eq!(patiently(attempt), Some("done"));
        assert_eq!(tries, 5);
    }

    #[test]
    fn what_never_succeeds_is_given_up() {
        assert_eq!(patiently(|| None::<()>), None);
    }
}
