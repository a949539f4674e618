//! Whoever wants to know which code comes and goes: profilers, debuggers. Chapter 4
//! of the book, "Who wants to know".

use std::fmt;

use super::describe::Describe;
use ch02_stencils::CodeAddress;

// ANCHOR: observer
/// Is told of all code that is published or freed, by the thread that does it.
pub trait Observer: fmt::Debug + Send + Sync {
    /// Code can be executed from now on. The arena's books do not have it yet.
    fn published(&self, start: CodeAddress, code: &[u8], what: &dyn Describe);

    /// So many bytes of code from `start` on are none any more. The arena's books are
    /// locked while it is told: it must not ask the arena for anything.
    fn freed(&self, start: CodeAddress, bytes: usize);
}
// ANCHOR_END: observer
