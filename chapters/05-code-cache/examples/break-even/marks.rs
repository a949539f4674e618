//! A standard output that notes when something was written: what a program prints says
//! how far it has got, without anybody having to ask it. Chapter 5 of the book, "Payoff".

use std::io::{self, Write};
use std::time::Instant;

/// When lines were written.
#[derive(Debug)]
pub(super) struct Marks(Vec<Instant>);

impl Marks {
    /// None yet; there will be so many.
    pub(super) fn with_capacity(count: usize) -> Marks {
        Marks(Vec::with_capacity(count))
    }

    /// One for each line.
    pub(super) fn times(&self) -> &[Instant] {
        &self.0
    }
}

/// The VM writes each line at once, if it is told to.
impl Write for Marks {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.push(Instant::now());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
