//! What the arena asks of the system, as a trait, so that a test can be a system in
//! which something fails. Chapter 4 of the book, "What the system gives".
#![expect(unsafe_code, reason = "maps memory, which changes what addresses mean")]

use std::ffi::c_void;
use std::fmt;
use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::ptr::{self, NonNull};

use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, ftruncate, memfd_create};
use rustix::io::Errno;
use rustix::mm::{
    Advice, MapFlags, MprotectFlags, ProtFlags, madvise, mmap, mmap_anonymous, mprotect, munmap,
};
use rustix::thread::{MembarrierCommand, membarrier};

// ANCHOR: protection
/// What may be done with pages. There is no word for both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// They can be read and written.
    Write,
    /// They can be read and executed.
    Execute,
}
// ANCHOR_END: protection

/// Where the bytes of pages come from.
#[derive(Clone, Copy, Debug)]
pub enum Backing<'a> {
    /// From memory that nobody else has; it is zero at first.
    Private,
    /// From memory that can be mapped more than once.
    Shared(BorrowedFd<'a>),
}

/// A system that gives memory. All sizes are multiples of its pages.
///
/// # Safety
/// What [`reserve`](Self::reserve) returns is as large as was asked for, and nobody
/// else's. The others do what they say, and to nothing else. When one returns an error,
/// it has changed nothing, but for [`map`](Self::map): what was reserved may be nobody's then.
pub unsafe trait PageSource: fmt::Debug + Send + Sync {
    /// How many bytes a page has: a power of two.
    fn page_size(&self) -> usize;

    /// Reserves addresses, which cannot be accessed yet; exactly at `at`, if there is one.
    ///
    /// # Errors
    /// The system's; [`AlreadyExists`](io::ErrorKind::AlreadyExists) if somebody has
    /// the addresses from `at` on.
    fn reserve(&self, bytes: usize, at: Option<u64>) -> io::Result<NonNull<u8>>;

    /// Makes memory that can be mapped more than once.
    ///
    /// # Errors
    /// The system's.
    fn share(&self, bytes: usize) -> io::Result<OwnedFd>;

    /// Sees to it that memory which is mapped can be written nowhere but where it
    /// already can, and that it stays as large as it is.
    ///
    /// # Errors
    /// The system's.
    fn lock(&self, memory: BorrowedFd<'_>) -> io::Result<()>;

    /// Maps memory at addresses that have been reserved. A process that is
    /// forked off does not get mappings of shared memory.
    ///
    /// # Errors
    /// The system's.
    ///
    /// # Safety
    /// The addresses are the caller's, and nothing is mapped there.
    unsafe fn map(
        &self,
        start: NonNull<u8>,
        bytes: usize,
        backing: Backing<'_>,
        protection: Protection,
    ) -> io::Result<()>;

    /// Changes what may be done with pages.
    ///
    /// # Errors
    /// The system's.
    ///
    /// # Safety
    /// The pages are the caller's, and nobody is using them as they were.
    unsafe fn protect(
        &self,
        start: NonNull<u8>,
        bytes: usize,
        protection: Protection,
    ) -> io::Result<()>;

    /// Has writable pages backed by memory now, so that writing to them cannot fail.
    ///
    /// # Errors
    /// The system's, when there is no memory.
    ///
    /// # Safety
    /// The pages are the caller's, and writable.
    unsafe fn populate(&self, start: NonNull<u8>, bytes: usize) -> io::Result<()>;

    /// Gives addresses back, with what is mapped there.
    ///
    /// # Errors
    /// The system's.
    ///
    /// # Safety
    /// They are the caller's, and nobody will access them.
    unsafe fn unmap(&self, start: NonNull<u8>, bytes: usize) -> io::Result<()>;

    /// Makes every processor that runs this process forget what it has fetched of
    /// code that has changed since.
    ///
    /// # Errors
    /// The system's.
    fn synchronize(&self) -> io::Result<()>;
}

/// Linux.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemPages;

// SAFETY: each method is the system call of that name, of which the kernel says so.
unsafe impl PageSource for SystemPages {
    fn page_size(&self) -> usize {
        rustix::param::page_size()
    }

    fn reserve(&self, bytes: usize, at: Option<u64>) -> io::Result<NonNull<u8>> {
        let start = reserve(bytes, at)?;
        // SAFETY: this was reserved right here.
        let give_back = |start: NonNull<u8>, bytes| unsafe { munmap(start.as_ptr().cast(), bytes) };
        let headroom = headroom(bytes);
        match reserve(headroom, None) {
            Ok(start) => give_back(start, headroom)?,
            Err(error) => {
                give_back(start, bytes)?;
                return Err(error);
            }
        }
        Ok(start)
    }

    // ANCHOR: share
    fn share(&self, bytes: usize) -> io::Result<OwnedFd> {
        let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
        // Whoever gets hold of the descriptor shall not start it as a program.
        let memory = match memfd_create("jit-code", flags | MemfdFlags::NOEXEC_SEAL) {
            Err(Errno::INVAL) => memfd_create("jit-code", flags)?, // before Linux 6.3
            made => made?,
        };
        ftruncate(&memory, bytes as u64)?;
        Ok(memory)
    }

    fn lock(&self, memory: BorrowedFd<'_>) -> io::Result<()> {
        let size = SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL;
        match fcntl_add_seals(memory, size | SealFlags::FUTURE_WRITE) {
            Err(Errno::INVAL) => Ok(fcntl_add_seals(memory, size)?), // before Linux 5.1
            sealed => Ok(sealed?),
        }
    }
    // ANCHOR_END: share

    unsafe fn map(
        &self,
        start: NonNull<u8>,
        bytes: usize,
        backing: Backing<'_>,
        protection: Protection,
    ) -> io::Result<()> {
        let (start, access) = (start.as_ptr().cast::<c_void>(), access(protection));
        // SAFETY: what lies there is the caller's, and nothing.
        unsafe {
            match backing {
                Backing::Private => {
                    let flags = MapFlags::PRIVATE | MapFlags::FIXED;
                    mmap_anonymous(start, bytes, access, flags)?;
                }
                Backing::Shared(memory) => {
                    let flags = MapFlags::SHARED | MapFlags::FIXED;
                    mmap(start, bytes, access, flags, memory, 0)?;
                    madvise(start, bytes, Advice::LinuxDontFork)?;
                }
            }
        }
        Ok(())
    }

    unsafe fn protect(
        &self,
        start: NonNull<u8>,
        bytes: usize,
        protection: Protection,
    ) -> io::Result<()> {
        let access = match protection {
            Protection::Write => MprotectFlags::READ | MprotectFlags::WRITE,
            Protection::Execute => MprotectFlags::READ | MprotectFlags::EXEC,
        };
        // SAFETY: the caller says that nobody relies on what these pages were.
        unsafe { mprotect(start.as_ptr().cast(), bytes, access) }.map_err(Into::into)
    }

    unsafe fn populate(&self, start: NonNull<u8>, bytes: usize) -> io::Result<()> {
        // SAFETY: this changes nothing that can be read.
        match unsafe { madvise(start.as_ptr().cast(), bytes, Advice::LinuxPopulateWrite) } {
            Err(Errno::INVAL) => Ok(()), // before Linux 5.14; the first write does it
            populated => Ok(populated?),
        }
    }

    unsafe fn unmap(&self, start: NonNull<u8>, bytes: usize) -> io::Result<()> {
        // SAFETY: the caller says that nobody will access it.
        unsafe { munmap(start.as_ptr().cast(), bytes) }.map_err(Into::into)
    }

    fn synchronize(&self) -> io::Result<()> {
        let synchronize = || membarrier(MembarrierCommand::PrivateExpeditedSyncCore);
        match synchronize() {
            // The process has not said before that it would want this.
            Err(Errno::PERM) => {
                membarrier(MembarrierCommand::RegisterPrivateExpeditedSyncCore)?;
                Ok(synchronize()?)
            }
            synchronized => Ok(synchronized?),
        }
    }
}

fn access(protection: Protection) -> ProtFlags {
    match protection {
        Protection::Write => ProtFlags::READ | ProtFlags::WRITE,
        Protection::Execute => ProtFlags::READ | ProtFlags::EXEC,
    }
}

/// How many bytes of addresses are left to others by who reserves this many. Rust's
/// allocator ends the process when it gets none, which is worse than an arena that gets
/// none; and the books of the smallest pieces of code are larger than the code.
fn headroom(bytes: usize) -> usize {
    (8 << 20).max(bytes.saturating_mul(4))
}

/// Reserves addresses, exactly at `at`, if there is one.
fn reserve(bytes: usize, at: Option<u64>) -> io::Result<NonNull<u8>> {
    let wanted = ptr::with_exposed_provenance_mut(at.unwrap_or(0) as usize);
    let mut flags = MapFlags::PRIVATE | MapFlags::NORESERVE;
    flags.set(MapFlags::FIXED_NOREPLACE, at.is_some());
    // SAFETY: without MAP_FIXED, a new mapping takes nobody's place.
    let start = unsafe { mmap_anonymous(wanted, bytes, ProtFlags::empty(), flags)? };
    if at.is_some() && start != wanted {
        // Before Linux 4.17 the flag is not known, and the address is a hint.
        // SAFETY: this was mapped right here.
        unsafe { munmap(start, bytes)? };
        return Err(Errno::EXIST.into());
    }
    Ok(NonNull::new(start.cast()).expect("nothing is mapped at 0"))
}
