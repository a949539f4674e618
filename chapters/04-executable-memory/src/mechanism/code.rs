//! Code: what can be executed, and be freed only when nobody returns to it. Chapter 4
//! of the book, "Nobody's code".
#![expect(unsafe_code, reason = "turns an address into a function that can be called")]

use std::mem;
use std::sync::Arc;

use ch02_stencils::{CodeAddress, CodeOffset};

use super::arena::Arena;
use super::error::ArenaError;
use super::piece::Piece;
use super::roots::CodeRoots;

/// Machine code that can be executed until it is freed. Code that is dropped instead
/// is never freed, and its region never unmapped: nobody knows who executes it.
#[derive(Debug)]
#[must_use = "code that is dropped is lost, and not freed"]
pub struct Code {
    arena: Arc<Arena>,
    piece: Piece,
}

/// Why code was not freed, and the code.
#[derive(Debug, thiserror::Error)]
#[error("{reason}")]
pub struct FreeError {
    /// It is still there.
    pub code: Code,
    /// Why.
    pub reason: InUse,
}

/// Why code is still in use.
#[derive(Debug, thiserror::Error)]
pub enum InUse {
    /// Somebody will go on there.
    #[error("somebody will return to the code, {:#x} bytes from its start", .0.0)]
    Root(CodeOffset),
    /// The system does not change what may be done there.
    #[error(transparent)]
    Refused(#[from] ArenaError),
}

impl Code {
    pub(super) fn new(arena: Arc<Arena>, piece: Piece) -> Code {
        Code { arena, piece }
    }

    /// The machine code.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.piece.code()
    }

    /// Where the code at `offset` lies.
    ///
    /// # Panics
    /// When `offset` is outside the code.
    #[must_use]
    pub fn address(&self, offset: CodeOffset) -> CodeAddress {
        assert!(offset.0 < self.piece.bytes(), "there is code at {offset:?}");
        CodeAddress(self.piece.address().0 + offset.0 as u64)
    }

    /// The code at `offset` as a function of type `F`, a function pointer.
    ///
    /// # Safety
    /// At `offset` there must be the start of a function of this type, which does not
    /// unwind. Whoever calls it keeps the `Code`, and all that the function jumps to,
    /// until it has returned; or, when freeing, has [roots](CodeRoots) that say so.
    ///
    /// # Panics
    /// When `offset` is outside the code, or `F` has not the size of an address.
    #[must_use]
    pub unsafe fn function<F: Copy>(&self, offset: CodeOffset) -> F {
        assert_eq!(size_of::<F>(), size_of::<usize>(), "a function pointer is an address");
        let address = self.address(offset);
        // SAFETY: the sizes are the same, and the caller vouches for the type.
        unsafe { mem::transmute_copy(&address) }
    }

    // ANCHOR: free
    /// Frees the code, unless one of the roots leads into it.
    ///
    /// # Errors
    /// When one does, or the system does not let the memory be written. The code is
    /// still there then, and in the error.
    pub fn free(self, roots: &dyn CodeRoots) -> Result<(), FreeError> {
        let mut root = None;
        roots.visit(&mut |address| root = root.or(self.piece.find(address)));
        match root {
            Some(offset) => Err(FreeError { code: self, reason: InUse::Root(offset) }),
            // SAFETY: the roots are all there are.
            None => unsafe { self.release() },
        }
    }
    // ANCHOR_END: free

    /// # Safety
    /// Nobody executes the code, or will.
    pub(super) unsafe fn release(self) -> Result<(), FreeError> {
        // SAFETY: nobody has borrowed the code; the rest is passed on.
        match unsafe { self.arena.leave(&self.piece) } {
            Ok(()) => {
                self.piece.forget();
                Ok(())
            }
            Err(error) => Err(FreeError { code: self, reason: InUse::Refused(error) }),
        }
    }

    pub(super) fn piece(&self) -> &Piece {
        &self.piece
    }
}
