//! Standard output as CPython keeps it: a buffer of 8 KiB that is written when
//! it is full, at every line if it goes to a terminal, and at the end. A write
//! that waits for a reader is given up for Ctrl-C.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::vm::INTERRUPTED;

/// How much is buffered (`DEFAULT_BUFFER_SIZE` in CPython's `Lib/_pyio.py`), in bytes.
const CAPACITY: usize = 8192;

/// A buffer in front of standard output.
pub(crate) struct Output<'io> {
    sink: &'io mut dyn Write,
    buffer: Vec<u8>,
    by_line: bool,
    /// Not 0 when someone wants the VM's attention.
    poll: Arc<AtomicUsize>,
}

impl<'io> Output<'io> {
    pub(crate) fn new(sink: &'io mut dyn Write, by_line: bool, poll: Arc<AtomicUsize>) -> Self {
        Output { sink, buffer: Vec::with_capacity(2 * CAPACITY), by_line, poll }
    }

    /// Takes a whole line, its line break included.
    pub(crate) fn write_line(&mut self, line: &str) -> io::Result<()> {
        self.buffer.extend_from_slice(line.as_bytes());
        if self.by_line || self.buffer.len() > CAPACITY { self.flush() } else { Ok(()) }
    }

    /// Writes what is in the buffer. After an error the buffer is empty all the
    /// same: the program ends then, and nothing is tried twice.
    ///
    /// # Errors
    /// The system's; [`io::ErrorKind::Interrupted`] only if it was Ctrl-C.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        let written = self.write_buffer().and_then(|()| self.sink.flush());
        self.buffer.clear();
        written
    }

    fn write_buffer(&mut self) -> io::Result<()> {
        let mut rest = &self.buffer[..];
        while !rest.is_empty() {
            match self.sink.write(rest) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                // Less than all was written: perhaps a signal came in between.
                Ok(count) => rest = &rest[count..],
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
            if !rest.is_empty() && self.poll.load(Ordering::Relaxed) == INTERRUPTED {
                return Err(io::ErrorKind::Interrupted.into());
            }
        }
        Ok(())
    }
}
