//! Why there is no memory for code. Chapter 4 of the book, "When the system says no".

use std::fmt;
use std::io;

/// Why the arena cannot do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum ArenaError {
    /// The system has refused something.
    #[error("{call} of {bytes} bytes: {reason}")]
    System {
        /// What.
        call: SystemCall,
        /// How many bytes it was about.
        bytes: usize,
        /// What the system said.
        reason: io::Error,
    },
    /// The arena belongs to the process from which this one was forked off.
    #[error("the memory for code is that of the process from which this one was forked off")]
    Forked,
    /// What is written would have to be flushed from caches, which is not done.
    #[error("code can be published on x86-64 only")]
    Processor,
    /// More than an address can tell.
    #[error("{bytes} bytes are more than a process can have")]
    TooLarge {
        /// How many.
        bytes: usize,
    },
}

impl ArenaError {
    pub(super) fn system(call: SystemCall, bytes: usize) -> impl FnOnce(io::Error) -> ArenaError {
        move |reason| ArenaError::System { call, bytes, reason }
    }

    /// What kind of error the system's was.
    #[must_use]
    pub fn kind(&self) -> io::ErrorKind {
        match self {
            Self::System { reason, .. } => reason.kind(),
            Self::TooLarge { .. } => io::ErrorKind::OutOfMemory,
            Self::Forked | Self::Processor => io::ErrorKind::Unsupported,
        }
    }
}

impl From<ArenaError> for io::Error {
    fn from(error: ArenaError) -> io::Error {
        io::Error::new(error.kind(), error)
    }
}

/// Which service of the system was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SystemCall {
    /// Addresses.
    Reserve,
    /// Memory to be mapped twice.
    Share,
    /// That it can be written in one place only.
    Lock,
    /// Memory at the addresses.
    Map,
    /// Other access to it.
    Protect,
    /// Pages behind it.
    Populate,
    /// To take it back.
    Unmap,
    /// That processors forget old code.
    Synchronize,
}

impl fmt::Display for SystemCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Reserve | Self::Map => "mmap",
            Self::Share => "memfd_create",
            Self::Lock => "fcntl",
            Self::Protect => "mprotect",
            Self::Populate => "madvise",
            Self::Unmap => "munmap",
            Self::Synchronize => "membarrier",
        })
    }
}
