//! The arena: regions, and who owns which of their bytes. Chapter 4 of the book,
//! "One arena".
#![expect(unsafe_code, reason = "takes back code of which the caller says that nobody executes it")]

use std::fmt;
use std::io::ErrorKind;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use ch02_stencils::CodeAddress;

use super::batch::Batch;
use super::books::{Books, Place, Published, Usage};
use super::code::Code;
use super::describe::Describe;
use super::error::{ArenaError, SystemCall};
use super::extent::Extent;
use super::fork::Process;
use super::ledger::{Ledger, Reuse};
use super::near::candidates;
use super::options::ArenaOptions;
use super::pages::PageSource;
use super::piece::Piece;
use super::region::{Region, Sizes, Strategy};
use super::survey::Span;

// ANCHOR: arena
/// Memory for code, and for cells that code reads and writes. Threads can share it.
pub struct Arena {
    pages: Arc<dyn PageSource>,
    options: ArenaOptions,
    books: Mutex<Books>,
    process: Process,
}
// ANCHOR_END: arena

impl Arena {
    /// An arena that has nothing yet, and asks `pages` for it.
    #[must_use]
    pub fn new(pages: Arc<dyn PageSource>, options: ArenaOptions) -> Arc<Arena> {
        let process = Process::this();
        Arc::new(Arena { pages, options, books: Mutex::default(), process })
    }

    /// Starts to write code.
    #[must_use]
    pub fn batch(self: &Arc<Self>) -> Batch {
        Batch::new(Arc::clone(self))
    }

    /// Which strategy it has.
    #[must_use]
    pub fn strategy(&self) -> Strategy {
        self.options.strategy
    }

    /// What room without code is filled with.
    pub(super) fn trap(&self) -> u8 {
        self.options.trap
    }

    /// How much memory there is, and how much of it is in use.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.books().usage()
    }

    /// The regions, with what is free in them and what is code.
    pub(super) fn contents(&self) -> Vec<(Arc<Region>, Vec<Span>)> {
        self.books().contents()
    }

    /// Gives regions back to the system in which there is nothing; returns how many
    /// bytes of addresses these had.
    ///
    /// # Errors
    /// When the system does not take one. It stays then, and the next trim tries again.
    pub fn trim(&self) -> Result<usize, ArenaError> {
        self.check_process()?;
        let mut books = self.books();
        if books.forgets_code() {
            // What is mapped there next may be code again.
            self.synchronize()?;
        }
        books.trim()
    }

    /// Tells what lies at an address, if it is one of the arena's.
    pub fn locate<R>(&self, address: CodeAddress, tell: impl FnOnce(Place<'_>) -> R) -> Option<R> {
        let books = self.books();
        let place = books.place(address)?;
        // Kept, as the books are closed when somebody is told.
        let kept = match &place {
            Place::Code { what, offset } => Some((Arc::clone(what), *offset)),
            _ => None,
        };
        let place = match (place, &kept) {
            (Place::Cells, _) => Place::Cells,
            (Place::Guard, _) => Place::Guard,
            (_, Some((what, offset))) => Place::Code { what, offset: *offset },
            (_, None) => Place::Empty,
        };
        drop(books);
        Some(tell(place))
    }

    /// The same for somebody who cannot wait: `Err` if another thread is at the books.
    pub(super) fn try_locate<R>(
        &self,
        address: CodeAddress,
        tell: impl FnOnce(Place<'_>) -> R,
    ) -> Result<Option<R>, Busy> {
        match self.books.try_lock() {
            Ok(books) => Ok(books.place(address).map(tell)),
            Err(TryLockError::Poisoned(books)) => Ok(books.into_inner().place(address).map(tell)),
            Err(TryLockError::WouldBlock) => Err(Busy),
        }
    }

    /// Takes bytes that nobody has. With flips these are whole pages.
    pub(super) fn extent(&self, bytes: usize) -> Result<Fresh, ArenaError> {
        let bytes = bytes.checked_next_multiple_of(self.granule());
        let bytes = bytes.ok_or(ArenaError::TooLarge { bytes: usize::MAX })?;
        self.check_process()?;
        let mut books = self.books();
        if let Some(fresh) = books.take(bytes, self.options.trap)? {
            return Ok(fresh);
        }
        let reuse = books.reuse;
        let ledger = self.grow(&mut books, bytes)?;
        let fresh = ledger.take(bytes, self.options.trap, reuse)?;
        Ok(fresh.expect("a new region has room for what it was opened for"))
    }

    /// The same, if some region has so many bytes in a row: a multiple of a page.
    pub(super) fn free_extent(&self, bytes: usize) -> Result<Option<Fresh>, ArenaError> {
        self.check_process()?;
        self.books().take(bytes, self.options.trap)
    }

    /// Takes back bytes that have not been published.
    pub(super) fn give_back(&self, extent: Extent) {
        let mut books = self.books();
        books.ledger(extent.region()).give(extent);
    }

    /// Tells the observers of what is being published.
    pub(super) fn tell<'a>(
        &self,
        published: impl Iterator<Item = (&'a Code, &'a dyn Describe)> + Clone,
    ) {
        for observer in &self.options.observers {
            for (code, what) in published.clone() {
                observer.published(code.piece().address(), code.bytes(), what);
            }
        }
    }

    /// Notes what has been published.
    pub(super) fn enter<'a>(&self, published: impl Iterator<Item = (&'a Code, Arc<dyn Describe>)>) {
        let mut books = self.books();
        for (code, what) in published {
            let piece = code.piece();
            books.ledger(piece.region()).count_in(&piece.room());
            books.insert(piece.address(), Published { bytes: piece.bytes(), what });
        }
    }

    /// Takes back code that nobody will execute.
    ///
    /// # Safety
    /// Nobody does, and nobody has a reference to it.
    pub(super) unsafe fn leave(&self, piece: &Piece) -> Result<(), ArenaError> {
        self.check_process()?;
        let published; // dropped after the books: it may own cells, which go back there
        let mut books = self.books();
        let ledger = books.ledger(piece.region());
        // SAFETY: passed on.
        unsafe { ledger.count_out(&piece.room(), self.options.trap)? };
        published = books.remove(piece.address());
        // Nobody publishes other code here before all have been told.
        for observer in &self.options.observers {
            observer.freed(piece.address(), piece.bytes());
        }
        drop(books);
        drop(published);
        Ok(())
    }

    /// Takes room for cells.
    pub(super) fn take_cells(
        &self,
        bytes: usize,
    ) -> Result<(Arc<Region>, Range<usize>), ArenaError> {
        self.check_process()?;
        let mut books = self.books();
        for ledger in &mut books.ledgers {
            if let Some(cells) = ledger.take_cells(bytes) {
                return Ok(cells);
            }
        }
        let bytes_of_code = bytes.saturating_mul(CODE_PER_CELL);
        let ledger = self.grow(&mut books, bytes_of_code)?;
        Ok(ledger.take_cells(bytes).expect("a new region has room for what it was opened for"))
    }

    /// Takes cells back.
    pub(super) fn give_cells(&self, region: &Region, cells: Range<usize>) {
        self.books().ledger(region).give_cells(cells);
    }

    fn synchronize(&self) -> Result<(), ArenaError> {
        let synchronized = self.pages.synchronize();
        synchronized.map_err(ArenaError::system(SystemCall::Synchronize, 0))
    }

    /// Has processors forget code that was here before; if they cannot, code goes only
    /// where none has been, from now on.
    pub(super) fn forget_old_code(&self) -> Result<(), ArenaError> {
        let forgotten = self.synchronize();
        forgotten.inspect_err(|_| self.books().reuse = Reuse::Refused)
    }

    /// What it hands out are multiples of this.
    pub(super) fn granule(&self) -> usize {
        match self.options.strategy {
            Strategy::DualMapping => LINE,
            Strategy::Flips => self.pages.page_size(),
        }
    }

    /// Opens a region with room for so many bytes of code: a large one, or, if there
    /// is no room for that, a smaller one.
    fn grow<'a>(&self, books: &'a mut Books, bytes: usize) -> Result<&'a mut Ledger, ArenaError> {
        let page = self.pages.page_size();
        let least = bytes.checked_next_multiple_of(page).filter(|&bytes| bytes <= MOST);
        let least = least.ok_or(ArenaError::TooLarge { bytes })?;
        let wanted = books.next_region(&self.options);
        let mut code = wanted.clamp(least, MOST).next_multiple_of(page);
        let region = loop {
            match self.open(Sizes::new(code, page)) {
                Ok(region) => break region,
                Err(error) if error.kind() == ErrorKind::OutOfMemory && code > least => {
                    code = (code / 2).next_multiple_of(page).max(least);
                }
                Err(error) => return Err(error),
            }
        };
        Ok(books.ledgers.push_mut(Ledger::new(region)))
    }

    /// Opens a region, near if that can be.
    fn open(&self, sizes: Sizes) -> Result<Region, ArenaError> {
        let open = |at| Region::open(&self.pages, self.options.strategy, sizes, at);
        let near = self.options.near.clone();
        let near = near.map(|near| candidates(near, sizes.total() as u64, sizes.page as u64));
        for start in near.into_iter().flatten() {
            match open(Some(start)) {
                Err(ArenaError::System { call: SystemCall::Reserve, reason, .. }) => {
                    if reason.kind() != ErrorKind::AlreadyExists {
                        break;
                    }
                }
                opened => return opened,
            }
        }
        open(None)
    }

    /// Memory with two addresses is not for processes that were forked off.
    fn check_process(&self) -> Result<(), ArenaError> {
        match self.options.strategy {
            Strategy::DualMapping if !self.process.is_this() => Err(ArenaError::Forked),
            _ => Ok(()),
        }
    }

    /// The books. An observer may have panicked over them; they were in order then.
    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody else is at the books.
#[derive(Clone, Copy, Debug)]
pub(super) struct Busy;

/// What is handed out of memory with two addresses are multiples of this many bytes.
pub(super) const LINE: usize = 16;

/// How many bytes for code there are for each byte of cells.
const CODE_PER_CELL: usize = 16;

/// A region is not so large that there are places in it out of reach of each other.
const MOST: usize = 1 << 30;

/// Bytes to write to.
#[derive(Debug)]
pub(super) struct Fresh {
    pub(super) extent: Extent,
    /// Whether there has been code here before.
    pub(super) is_recycled: bool,
}

impl Sizes {
    fn new(code: usize, page: usize) -> Sizes {
        Sizes { code, cells: (code / CODE_PER_CELL).next_multiple_of(page), page }
    }
}

impl fmt::Debug for Arena {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Arena { options, .. } = self;
        f.debug_struct("Arena").field("options", options).finish_non_exhaustive()
    }
}
