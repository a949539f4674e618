//! Why there is no code. What a host does then is in chapter 5 of the book, "The
//! interpreter moves in" and "Who goes first".

use ch03_relocations::link::PlaceError;
use ch04_executable_memory::ArenaError;

use super::stub::StubError;

/// Why a cache has no code for a key. `E` is the compiler's own reason.
#[derive(Debug, thiserror::Error)]
pub enum Refused<E> {
    /// It alone would be more than there may be.
    #[error("{bytes} bytes of code are more than the budget of {budget}")]
    TooLarge {
        /// How many bytes it has.
        bytes: usize,
        /// How many all code may have.
        budget: usize,
    },
    /// Too much of the other code is being executed. Later there may be room.
    #[error("no room for {bytes} bytes of code: somebody will return to what there is")]
    NoRoom {
        /// How many bytes it has.
        bytes: usize,
    },
    /// The system gives no memory.
    #[error("no memory for {bytes} bytes of code: {reason}")]
    Memory {
        /// How many bytes it has.
        bytes: usize,
        /// What the arena says.
        reason: ArenaError,
    },
    /// Something that the code refers to is out of reach.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// The compiler cannot compile it.
    #[error("it cannot be compiled")]
    Compile(E),
}

impl<E> Refused<E> {
    /// Whether there is no use in asking again.
    #[must_use]
    pub fn is_final(&self) -> bool {
        !matches!(self, Refused::NoRoom { .. })
    }

    pub(super) fn memory(bytes: usize) -> impl FnOnce(ArenaError) -> Refused<E> {
        move |reason| Refused::Memory { bytes, reason }
    }

    pub(super) fn stub(bytes: usize) -> impl FnOnce(StubError) -> Refused<E> {
        move |error| match error {
            StubError::Memory(reason) => Refused::Memory { bytes, reason },
            StubError::Place(error) => Refused::Place(error),
        }
    }
}
