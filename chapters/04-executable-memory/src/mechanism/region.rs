//! A region: addresses with memory behind them for code and for cells, between
//! pages that nobody may touch. Chapter 4 of the book, "A page's life at two addresses".
#![expect(unsafe_code, reason = "turns ranges of mapped memory into slices")]

use std::fmt;
use std::ops::Range;
use std::os::fd::AsFd;
use std::ptr::NonNull;
use std::slice;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use ch02_stencils::CodeAddress;

use super::error::{ArenaError, SystemCall};
use super::fork::Process;
use super::pages::{Backing, PageSource, Protection};

// ANCHOR: strategy
/// How code gets into memory that cannot be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strategy {
    /// The memory has two addresses: at one it can be written, at the other executed.
    #[default]
    DualMapping,
    /// It has one address. What may be done there is changed, for whole pages.
    Flips,
}
// ANCHOR_END: strategy

/// Addresses that are ours, until this is dropped.
struct Reservation {
    pages: Arc<dyn PageSource>,
    start: NonNull<u8>,
    bytes: usize,
    /// Whose they are.
    process: Process,
}

impl fmt::Debug for Reservation {
    /// Says nothing about the address, at which code may be written.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reservation").field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

// SAFETY: it is a range of addresses, which all threads share; what is done to the
// memory there is said by the methods.
unsafe impl Send for Reservation {}
// SAFETY: as above.
unsafe impl Sync for Reservation {}

impl Reservation {
    fn new(
        pages: &Arc<dyn PageSource>,
        bytes: usize,
        at: Option<u64>,
    ) -> Result<Reservation, ArenaError> {
        let start = pages.reserve(bytes, at);
        let start = start.map_err(ArenaError::system(SystemCall::Reserve, bytes))?;
        let process = Process::this();
        Ok(Reservation { pages: Arc::clone(pages), start, bytes, process })
    }

    /// The address that is so far from the start.
    fn at(&self, offset: usize) -> NonNull<u8> {
        assert!(offset <= self.bytes, "the addresses from {:p} on end before", self.start);
        // SAFETY: it is in the same mapping.
        unsafe { self.start.add(offset) }
    }

    fn contains(&self, address: u64) -> bool {
        let start = self.start.as_ptr() as u64;
        (start..start + self.bytes as u64).contains(&address)
    }

    /// # Safety
    /// Nothing is mapped there yet.
    unsafe fn map(
        &self,
        range: Range<usize>,
        backing: Backing<'_>,
        protection: Protection,
    ) -> Result<(), ArenaError> {
        let (start, bytes) = (self.at(range.start), range.len());
        assert!(range.end <= self.bytes, "only our own addresses are mapped");
        // SAFETY: the addresses are ours; the caller says that they are unused.
        let mapped = unsafe { self.pages.map(start, bytes, backing, protection) };
        mapped.map_err(ArenaError::system(SystemCall::Map, bytes))
    }

    // ANCHOR: map_twice
    /// Maps memory that is executed here, and is written at addresses that this returns.
    ///
    /// # Safety
    /// Nothing is mapped there yet.
    unsafe fn map_twice(
        &self,
        range: Range<usize>,
        page: usize,
    ) -> Result<Reservation, ArenaError> {
        let bytes = range.len();
        let memory = self.pages.share(bytes);
        let memory = memory.map_err(ArenaError::system(SystemCall::Share, bytes))?;
        let backing = Backing::Shared(memory.as_fd());
        let alias = Reservation::new(&self.pages, bytes + 2 * page, None)?;
        // SAFETY: nothing is mapped in what has been reserved right now.
        unsafe { alias.map(page..page + bytes, backing, Protection::Write)? };
        let locked = self.pages.lock(memory.as_fd());
        locked.map_err(ArenaError::system(SystemCall::Lock, bytes))?;
        // SAFETY: passed on.
        unsafe { self.map(range, backing, Protection::Execute)? };
        Ok(alias)
    }
    // ANCHOR_END: map_twice

    /// Gives the addresses back, unless that has been done. If it fails, they stay.
    fn release(&mut self) -> Result<(), ArenaError> {
        if self.bytes == 0 || !self.process.is_this() {
            return Ok(());
        }
        // SAFETY: whoever could access them would have borrowed this.
        let unmapped = unsafe { self.pages.unmap(self.start, self.bytes) };
        unmapped.map_err(ArenaError::system(SystemCall::Unmap, self.bytes))?;
        self.bytes = 0;
        Ok(())
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        // An error leaves the addresses to nobody.
        let _ = self.release();
    }
}

/// Addresses for code and for cells: a guard page, code, a guard page, cells, a guard
/// page. Distances in it are counted from the start of the code.
#[derive(Debug)]
pub(super) struct Region {
    space: Reservation,
    /// Where the code can be written, if that is not where it is executed: between
    /// guard pages, too.
    alias: Option<Reservation>,
    code: usize,
    cells: usize,
    page: usize,
}

/// How many bytes a region has for what; multiples of a page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sizes {
    pub(super) code: usize,
    pub(super) cells: usize,
    pub(super) page: usize,
}

impl Sizes {
    /// With the guard pages.
    pub(super) fn total(self) -> usize {
        self.code + self.cells + 3 * self.page
    }
}

/// What lies in a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Code { offset: usize },
    Cells,
    Guard,
}

impl Region {
    /// Has a region mapped.
    pub(super) fn open(
        pages: &Arc<dyn PageSource>,
        strategy: Strategy,
        sizes: Sizes,
        at: Option<u64>,
    ) -> Result<Region, ArenaError> {
        let Sizes { code, cells, page } = sizes;
        let space = Reservation::new(pages, sizes.total(), at)?;
        let (code_range, cells_start) = (page..page + code, code + 2 * page);
        // SAFETY: nothing is mapped in what has been reserved right now.
        let alias = unsafe {
            space.map(cells_start..cells_start + cells, Backing::Private, Protection::Write)?;
            match strategy {
                Strategy::DualMapping => Some(space.map_twice(code_range, page)?),
                Strategy::Flips => {
                    space.map(code_range, Backing::Private, Protection::Write)?;
                    None
                }
            }
        };
        Ok(Region { space, alias, code, cells, page })
    }

    pub(super) fn strategy(&self) -> Strategy {
        match self.alias {
            Some(_) => Strategy::DualMapping,
            None => Strategy::Flips,
        }
    }

    /// How many bytes it has for code.
    pub(super) fn code_size(&self) -> usize {
        self.code
    }

    /// How many bytes it has for cells.
    pub(super) fn cells_size(&self) -> usize {
        self.cells
    }

    /// Whether this process can write code here.
    pub(super) fn is_ours(&self) -> bool {
        self.alias.as_ref().is_none_or(|alias| alias.process.is_this())
    }

    pub(super) fn page(&self) -> usize {
        self.page
    }

    /// All its addresses, guards included.
    pub(super) fn addresses(&self) -> Range<u64> {
        let start = self.space.start.as_ptr() as u64;
        start..start + self.space.bytes as u64
    }

    /// Where code is executed that begins at this offset.
    pub(super) fn code_address(&self, offset: usize) -> CodeAddress {
        CodeAddress(self.space.at(self.page + offset).as_ptr() as u64)
    }

    /// What lies at an address; `None` if it is not one of the region's. What can be
    /// written at its other address is code, too.
    pub(super) fn part(&self, address: u64) -> Option<Part> {
        let mut spaces = [Some(&self.space), self.alias.as_ref()].into_iter().flatten();
        let space = spaces.find(|space| space.contains(address))?;
        let offset = (address - space.start.as_ptr() as u64) as usize;
        let code = self.page..self.page + self.code;
        // Where there would be cells, the alias has ended.
        let cells = code.end + self.page..code.end + self.page + self.cells;
        Some(match offset {
            offset if code.contains(&offset) => Part::Code { offset: offset - self.page },
            offset if cells.contains(&offset) => Part::Cells,
            _ => Part::Guard,
        })
    }

    /// The cells from an offset on, which is counted from the first cell.
    ///
    /// # Panics
    /// When the region has not so many.
    pub(super) fn cells(&self, range: Range<usize>) -> &[AtomicU64] {
        assert!(range.end <= self.cells && range.start.is_multiple_of(8), "cells lie in a row");
        let start = self.space.at(self.code + 2 * self.page + range.start);
        // SAFETY: this is memory of the region, which is borrowed, as long as needed;
        // it is zero at first, and only ever accessed as cells, whoever does it.
        unsafe { slice::from_raw_parts(start.as_ptr().cast(), range.len() / 8) }
    }

    /// Where code can be written that is executed at this offset.
    pub(super) fn writable(&self, offset: usize) -> NonNull<u8> {
        self.alias.as_ref().unwrap_or(&self.space).at(self.page + offset)
    }

    /// Gives all of it back to the system. If that fails, all of it stays, or what
    /// could be written does: then it has no addresses any more, and can be released again.
    pub(super) fn release(&mut self) -> Result<(), ArenaError> {
        // What can be executed goes first: memory that is left to be written harms nobody.
        self.space.release()?;
        self.alias.as_mut().map_or(Ok(()), Reservation::release)
    }
}

impl Region {
    /// Has memory put behind bytes that can be written.
    ///
    /// # Safety
    /// They are the caller's.
    pub(super) unsafe fn populate(&self, range: &Range<usize>) -> Result<(), ArenaError> {
        let (start, bytes) = (self.writable(range.start), range.len());
        // SAFETY: passed on.
        let populated = unsafe { self.space.pages.populate(start, bytes) };
        populated.map_err(ArenaError::system(SystemCall::Populate, bytes))
    }

    /// Changes what may be done with pages, unless they have another address for that.
    ///
    /// # Safety
    /// The pages are the caller's, and nobody is using them as they were.
    pub(super) unsafe fn flip(
        &self,
        range: &Range<usize>,
        protection: Protection,
    ) -> Result<(), ArenaError> {
        if self.alias.is_some() || range.is_empty() {
            return Ok(());
        }
        let is_whole = [range.start, range.end].iter().all(|end| end.is_multiple_of(self.page));
        assert!(is_whole, "a part of a page cannot be flipped");
        let start = self.space.at(self.page + range.start);
        // SAFETY: passed on.
        let flipped = unsafe { self.space.pages.protect(start, range.len(), protection) };
        flipped.map_err(ArenaError::system(SystemCall::Protect, range.len()))
    }

    /// Bytes that are sealed, and have been published.
    ///
    /// # Safety
    /// They stay sealed for as long as the region is borrowed.
    pub(super) unsafe fn sealed_bytes(&self, range: Range<usize>) -> &[u8] {
        assert!(range.end <= self.code, "code lies where there is room for code");
        let start = self.space.at(self.page + range.start);
        // SAFETY: they are mapped, readable, and written by nobody.
        unsafe { slice::from_raw_parts(start.as_ptr(), range.len()) }
    }
}
