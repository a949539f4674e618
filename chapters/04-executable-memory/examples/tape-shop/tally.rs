//! The observer: counts the code that comes and goes.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use ch02_stencils::CodeAddress;
use ch04_executable_memory::{Describe, Observer};

/// What has been published and freed so far. Any thread may do so.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) published: AtomicUsize,
    pub(crate) bytes: AtomicUsize,
    pub(crate) freed: AtomicUsize,
}

impl Observer for Tally {
    fn published(&self, _: CodeAddress, code: &[u8], _: &dyn Describe) {
        self.published.fetch_add(1, Relaxed);
        self.bytes.fetch_add(code.len(), Relaxed);
    }

    fn freed(&self, _: CodeAddress, _: usize) {
        self.freed.fetch_add(1, Relaxed);
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [published, bytes, freed] =
            [&self.published, &self.bytes, &self.freed].map(|it| it.load(Relaxed));
        write!(f, "{published} programs of {bytes} bytes were published, {freed} were freed")
    }
}
