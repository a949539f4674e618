//! What a cache asks of those who run its code. Chapter 5 of the book, "A cell between
//! caller and callee".
#![expect(unsafe_code, reason = "who runs code vouches for where it goes on")]

use std::marker::PhantomData;

use ch02_stencils::CodeAddress;
use ch04_executable_memory::CodeRoots;

// ANCHOR: host
/// Who runs the code of a cache: one thread. It knows where functions are entered, and
/// where it will go on in code that has called something.
///
/// # Safety
/// After [`set_entry`](Self::set_entry), nobody enters the function at an address that
/// it had before; and, as [`CodeRoots`] has it, no address is left out to which somebody
/// will return. All hosts that a cache meets are one, or between two of them all entries
/// and return addresses of the first are forgotten.
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

/// Nobody, for caches whose host is gone.
#[derive(Debug)]
pub struct NoHost<K>(PhantomData<K>);

impl<K> NoHost<K> {
    /// Nobody.
    ///
    /// # Safety
    /// Nobody enters the code of the cache any more, or will return to it.
    #[must_use]
    pub unsafe fn new() -> NoHost<K> {
        NoHost(PhantomData)
    }
}

// SAFETY: whoever made it says that there is nobody.
unsafe impl<K> CodeRoots for NoHost<K> {
    fn visit(&self, _: &mut dyn FnMut(CodeAddress)) {}
}

// SAFETY: as above.
unsafe impl<K> Host for NoHost<K> {
    type Key = K;

    fn set_entry(&self, _: K, _: Option<CodeAddress>) {}

    fn divert(&self, _: &dyn Fn(CodeAddress) -> bool) {}
}
