//! Where compiled code enters the functions of a VM, and which engine has said so: after
//! another one has written an entry, an engine writes all of its own anew. Chapter 5 of
//! the book, "Python moves in".
#![expect(unsafe_code, reason = "who sets an entry vouches for the code that it leads to")]

use std::ffi::c_void;
use std::ptr;
use std::sync::atomic::Ordering;

use super::Vm;
use crate::value::FunctionId;

impl Vm<'_> {
    /// Sets where compiled code enters a function; null for nowhere.
    ///
    /// # Safety
    /// Unless it is null, `entry` is code that an engine generated for this function, and
    /// stays executable for as long as an engine that jumps through the cell runs this VM.
    pub unsafe fn set_entry(&self, id: FunctionId, entry: *mut c_void) {
        self.owned.entries_owner.set(ptr::null());
        self.function(id).entry.store(entry, Ordering::Release);
    }

    /// Notes who has written all entries.
    ///
    /// # Safety
    /// `owner` is the address of an engine, which knows of each entry where it leads.
    pub unsafe fn claim_entries(&self, owner: *const c_void) {
        self.owned.entries_owner.set(owner);
    }

    /// Who has written all entries; null, if somebody else has written one since.
    #[must_use]
    pub fn entries_owner(&self) -> *const c_void {
        self.owned.entries_owner.get()
    }
}
