//! The right to bytes of a region, which is a value: who has it may write them, or, when
//! it has been traded, have them executed. Chapter 4 of the book, "The types say so, too".
#![expect(unsafe_code, reason = "turns ranges of mapped memory into slices")]

use std::ops::Range;
use std::slice;
use std::sync::Arc;

use super::error::ArenaError;
use super::pages::Protection;
use super::region::Region;

// ANCHOR: extent
/// Bytes of a region that can be written, and by nobody but who has this.
#[derive(Debug)]
pub(super) struct Extent {
    region: Arc<Region>,
    range: Range<usize>,
}
// ANCHOR_END: extent

impl Extent {
    /// # Safety
    /// Nobody else has any of these bytes, or executes them, and they can be written.
    pub(super) unsafe fn new(region: Arc<Region>, range: Range<usize>) -> Extent {
        assert!(range.end <= region.code_size(), "code lies where there is room for code");
        Extent { region, range }
    }

    pub(super) fn region(&self) -> &Arc<Region> {
        &self.region
    }

    /// Which bytes of the region's code.
    pub(super) fn range(&self) -> Range<usize> {
        self.range.clone()
    }

    /// Writes the same to all bytes; nothing, if they are another process's.
    pub(super) fn fill(&mut self, byte: u8) {
        if self.region.is_ours() {
            self.bytes_mut().fill(byte);
        }
    }

    /// The bytes.
    ///
    /// # Panics
    /// When they are another process's.
    pub(super) fn bytes_mut(&mut self) -> &mut [u8] {
        assert!(self.region.is_ours(), "a process that was forked off has no code to write");
        let start = self.region.writable(self.range.start);
        // SAFETY: the bytes are mapped as long as there is the region; by the promise
        // made to `new` they are writable and nobody else's.
        unsafe { slice::from_raw_parts_mut(start.as_ptr(), self.range.len()) }
    }

    /// Has memory put behind the bytes, which are whole pages.
    pub(super) fn populate(&mut self) -> Result<(), ArenaError> {
        // SAFETY: they are writable, and nobody else's.
        unsafe { self.region.populate(&self.range) }
    }

    /// Takes the bytes from an offset in the region on away from this.
    pub(super) fn split_off(&mut self, at: usize) -> Extent {
        assert!((self.range.start..=self.range.end).contains(&at), "it is split within");
        let range = at..self.range.end;
        self.range.end = at;
        Extent { region: Arc::clone(&self.region), range }
    }

    // ANCHOR: seal
    /// Trades the right to write the bytes for one to execute them. With flips these
    /// have to be whole pages.
    pub(super) fn seal(self) -> Result<Sealed, (Extent, ArenaError)> {
        // SAFETY: nobody has these pages but this extent.
        match unsafe { self.region.flip(&self.range, Protection::Execute) } {
            Ok(()) => Ok(Sealed { region: self.region, range: self.range }),
            Err(error) => Err((self, error)),
        }
    }
    // ANCHOR_END: seal
}

/// Bytes of a region that can be executed, and that nobody can write.
#[derive(Debug)]
pub(super) struct Sealed {
    region: Arc<Region>,
    range: Range<usize>,
}

impl Sealed {
    /// # Safety
    /// Nobody else has any of these bytes, or executes them, and they are sealed.
    pub(super) unsafe fn new(region: Arc<Region>, range: Range<usize>) -> Sealed {
        assert!(range.end <= region.code_size(), "code lies where there is room for code");
        Sealed { region, range }
    }

    /// In which region they are, and where they begin there.
    pub(super) fn place(&self) -> (&Arc<Region>, usize) {
        (&self.region, self.range.start)
    }

    /// Trades back. With flips these have to be whole pages.
    pub(super) fn unseal(self) -> Result<Extent, (Sealed, ArenaError)> {
        // SAFETY: nobody has these pages but this, nor executes them.
        match unsafe { self.region.flip(&self.range, Protection::Write) } {
            Ok(()) => Ok(Extent { region: self.region, range: self.range }),
            Err(error) => Err((self, error)),
        }
    }
}
