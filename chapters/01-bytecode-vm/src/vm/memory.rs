//! Memory that the VM hands out pointers into: zeroed, never moved, freed with
//! the VM. Large blocks cost nothing until they are touched.
#![expect(unsafe_code, reason = "allocates zeroed memory and frees it again")]

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::ptr::NonNull;

/// A type for which a word of zeros is a value.
///
/// # Safety
/// All bits zero must be valid, and dropping a value must do nothing.
pub(super) unsafe trait Zeroed {}

/// A fixed number of `T`s, all zero at first.
///
/// It is accessed through raw pointers alone: compiled code and the interpreter
/// hold pointers into it while the VM is borrowed.
pub(super) struct Region<T> {
    start: NonNull<T>,
    layout: Layout,
}

impl<T: Zeroed> Region<T> {
    /// Allocates a region; `None` when there is not enough memory.
    pub(super) fn zeroed(length: usize) -> Option<Region<T>> {
        let layout = Layout::array::<T>(length.max(1)).ok()?;
        assert!(layout.size() > 0, "a region is not for types without a size");
        // SAFETY: the layout's size is not zero.
        let start = unsafe { alloc_zeroed(layout) };
        Some(Region { start: NonNull::new(start.cast())?, layout })
    }

    /// The first element; the others follow it.
    pub(super) fn start(&self) -> *mut T {
        self.start.as_ptr()
    }
}

impl<T> Drop for Region<T> {
    fn drop(&mut self) {
        // SAFETY: `zeroed` allocated it with this layout, and nobody else frees it.
        unsafe { dealloc(self.start.as_ptr().cast(), self.layout) }
    }
}
