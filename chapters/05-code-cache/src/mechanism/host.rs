//! What a cache asks of those who run its code. Chapter 5 of the book, "A cell between
//! caller and callee".
#![expect(unsafe_code, reason = "who runs code vouches for where it goes on")]

use ch02_stencils::CodeAddress;
use ch04_executable_memory::CodeRoots;

// ANCHOR: host
/// Who runs the code of a cache: one thread. It knows where functions are entered, and
/// where it will go on in code that has called something.
///
/// # Safety
/// After [`set_entry`](Self::set_entry), nobody enters the function at an address that
/// it had before; and, as [`CodeRoots`] has it, no address is left out to which somebody
/// will return.
pub unsafe trait Host: CodeRoots {
    /// What has code.
    type Key;

    /// Has all calls of a function go to `entry` from now on; without one, to a stub
    /// that asks the cache.
    fn set_entry(&self, key: Self::Key, entry: Option<CodeAddress>);

    /// Has whoever would return to an address of which `is_gone` is true go on
    /// elsewhere, if there is somewhere else. Where there is not, the address stays a
    /// root, and the code is executed to its end.
    fn divert(&self, is_gone: &dyn Fn(CodeAddress) -> bool);
}
// ANCHOR_END: host
