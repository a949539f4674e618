//! Who will return where: what has to be asked before code is freed. Chapter 4 of the
//! book, "Nobody's code".
#![expect(unsafe_code, reason = "what frees code relies on whoever lists its roots")]

use ch02_stencils::CodeAddress;

use super::code::{Code, FreeError, InUse};
use super::error::ArenaError;

// ANCHOR: roots
/// Lists where execution will go on.
///
/// # Safety
/// [`visit`](Self::visit) passes on every address at which code may still be executed
/// that can be freed with these roots: where each frame returns to, and where each
/// thread is that executes the code at this moment.
pub unsafe trait CodeRoots {
    /// Calls `root` with each address, in any order.
    fn visit(&self, root: &mut dyn FnMut(CodeAddress));
}
// ANCHOR_END: roots

/// The roots of code that nobody executes any more.
#[derive(Clone, Copy, Debug)]
pub struct NoRoots(());

impl NoRoots {
    /// No roots.
    ///
    /// # Safety
    /// Nobody executes the code that is freed with these, or will return to it.
    #[must_use]
    pub unsafe fn new() -> NoRoots {
        NoRoots(())
    }
}

// SAFETY: whoever made it says that there are none.
unsafe impl CodeRoots for NoRoots {
    fn visit(&self, _: &mut dyn FnMut(CodeAddress)) {}
}

/// Code that nobody enters any more, and that is freed when nobody is in it.
#[derive(Debug, Default)]
pub struct Retired {
    code: Vec<Code>,
}

impl Retired {
    /// Takes code that is to be freed.
    pub fn push(&mut self, code: Code) {
        self.code.push(code);
    }

    /// How many pieces wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.code.len()
    }

    /// How many bytes of code they have.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.code.iter().map(|code| code.bytes().len()).sum()
    }

    /// Whether none waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.code.is_empty()
    }

    /// Frees all code that no root leads into; returns how many pieces.
    ///
    /// # Errors
    /// When the system does not let some memory be written. That code waits on.
    pub fn sweep(&mut self, roots: &dyn CodeRoots) -> Result<usize, ArenaError> {
        let mut addresses = Vec::new();
        roots.visit(&mut |address| addresses.push(address));
        addresses.sort_unstable();
        let before = self.code.len();
        let mut refused = Ok(());
        let mut candidates = std::mem::take(&mut self.code);
        // Neighbours, one after the other, grow together with what has been freed last.
        candidates.sort_unstable_by_key(|code| code.piece().address());
        for code in candidates {
            if code.piece().is_entered(&addresses) {
                self.code.push(code);
                continue;
            }
            // SAFETY: no root leads into it, and the roots are all there are.
            if let Err(FreeError { code, reason }) = unsafe { code.release() } {
                self.code.push(code);
                if let InUse::Refused(error) = reason {
                    refused = Err(error);
                }
            }
        }
        refused.map(|()| before - self.code.len())
    }
}

impl IntoIterator for Retired {
    type Item = Code;
    type IntoIter = std::vec::IntoIter<Code>;

    /// The code that waits.
    fn into_iter(self) -> Self::IntoIter {
        self.code.into_iter()
    }
}
