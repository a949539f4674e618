//! Standard output as CPython keeps it: a buffer of 8 KiB that is written when
//! it is full, at every line if it goes to a terminal, and at the end.

use std::io::{self, Write};

/// How much is buffered (`DEFAULT_BUFFER_SIZE` in CPython's `Lib/_pyio.py`), in bytes.
const CAPACITY: usize = 8192;

/// A buffer in front of standard output.
pub(crate) struct Output<'io> {
    sink: &'io mut dyn Write,
    buffer: Vec<u8>,
    by_line: bool,
}

impl<'io> Output<'io> {
    pub(crate) fn new(sink: &'io mut dyn Write, by_line: bool) -> Self {
        Output { sink, buffer: Vec::with_capacity(2 * CAPACITY), by_line }
    }

    /// Takes a whole line, its line break included.
    pub(crate) fn write_line(&mut self, line: &str) -> io::Result<()> {
        self.buffer.extend_from_slice(line.as_bytes());
        if self.by_line || self.buffer.len() > CAPACITY { self.flush() } else { Ok(()) }
    }

    /// Writes what is in the buffer. After an error the buffer is empty all the
    /// same: the program ends then, and nothing is tried twice.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        let written = self.sink.write_all(&self.buffer).and_then(|()| self.sink.flush());
        self.buffer.clear();
        written
    }
}
