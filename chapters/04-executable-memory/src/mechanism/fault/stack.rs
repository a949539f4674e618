//! A stack for handlers of signals. Chapter 4 of the book, "Last words".
#![expect(unsafe_code, reason = "tells the kernel which memory is a stack")]

use std::ffi::c_void;
use std::io;
use std::mem::MaybeUninit;
use std::ptr;

use libc::{SS_DISABLE, sigaltstack, stack_t};
use rustix::mm::{MapFlags, MprotectFlags, ProtFlags, mmap_anonymous, mprotect, munmap};
use rustix::param::page_size;

use super::error::FaultError;

/// How large the stack is. Of this the kernel takes up to 11 KiB for the registers that
/// it saves, and the handler less than 8; the rest is for handlers that are called by
/// this one.
const BYTES: usize = 64 << 10;

/// A stack on which this thread handles signals, until this is dropped. Without one
/// nobody could say anything about code that has run out of stack.
///
/// Rust gives its threads one, too, to say that they have overflowed theirs. It has
/// room for Rust's own handler, and on some processors for nothing else.
#[derive(Debug)]
pub struct AlternateStack {
    /// A guard page, and the stack. The address keeps this value in its thread.
    memory: *mut c_void,
    earlier: stack_t,
}

impl AlternateStack {
    /// Has the calling thread use a new one.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn install() -> Result<AlternateStack, FaultError> {
        let memory = map().map_err(io::Error::from)?;
        let stack = stack_t { ss_sp: bottom(memory), ss_flags: 0, ss_size: BYTES };
        // SAFETY: this is memory that nobody else uses, until this is dropped.
        match unsafe { exchange(&stack) } {
            Ok(earlier) => Ok(AlternateStack { memory, earlier }),
            Err(error) => {
                // SAFETY: nobody has heard of it.
                let _ = unsafe { munmap(memory, page_size() + BYTES) };
                Err(error.into())
            }
        }
    }
}

impl Drop for AlternateStack {
    fn drop(&mut self) {
        // If somebody has installed another one, he will come back to this one: it stays.
        if current().is_ok_and(|stack| stack.ss_sp == bottom(self.memory)) {
            // SAFETY: it was in use before; this thread has not ended since.
            let restored = unsafe { exchange(&self.earlier) };
            if restored.is_ok() {
                // SAFETY: nobody uses it now.
                let _ = unsafe { munmap(self.memory, page_size() + BYTES) };
            }
        }
    }
}

/// Memory for a stack, above a page that nobody may touch.
fn map() -> rustix::io::Result<*mut c_void> {
    let access = ProtFlags::READ | ProtFlags::WRITE;
    // SAFETY: this takes nobody's place.
    let memory =
        unsafe { mmap_anonymous(ptr::null_mut(), page_size() + BYTES, access, MapFlags::PRIVATE)? };
    // SAFETY: nobody has heard of it yet.
    unsafe { mprotect(memory, page_size(), MprotectFlags::empty())? };
    Ok(memory)
}

/// Where the stack begins.
fn bottom(memory: *mut c_void) -> *mut c_void {
    memory.wrapping_byte_add(page_size())
}

/// The stack that this thread has for signals.
fn current() -> io::Result<stack_t> {
    let mut stack = MaybeUninit::uninit();
    // SAFETY: this only asks.
    match unsafe { sigaltstack(ptr::null(), stack.as_mut_ptr()) } {
        // SAFETY: it has been filled in.
        0 => Ok(unsafe { stack.assume_init() }),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Sets the stack that this thread has for signals; returns the earlier one.
///
/// # Safety
/// As long as it is set it is mapped, and nobody else uses it.
unsafe fn exchange(stack: &stack_t) -> io::Result<stack_t> {
    let earlier = current()?;
    // What is disabled must not have a flag that says that it is in use.
    let flags = stack.ss_flags & SS_DISABLE;
    let stack = stack_t { ss_flags: flags, ..*stack };
    // SAFETY: passed on.
    match unsafe { sigaltstack(&stack, ptr::null_mut()) } {
        0 => Ok(earlier),
        _ => Err(io::Error::last_os_error()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stack_is_used_until_it_is_dropped() {
        let before = current().unwrap();
        let outer = AlternateStack::install().unwrap();
        let inner = AlternateStack::install().unwrap();
        assert_eq!(current().unwrap().ss_sp, bottom(inner.memory));
        assert_eq!(current().unwrap().ss_size, BYTES);
        drop(inner);
        assert_eq!(current().unwrap().ss_sp, bottom(outer.memory));
        drop(outer);
        assert_eq!(current().unwrap().ss_sp, before.ss_sp);
    }

    #[test]
    fn a_stack_to_which_somebody_will_come_back_stays() {
        let before = current().unwrap();
        let outer = AlternateStack::install().unwrap();
        let inner = AlternateStack::install().unwrap();
        let memory = outer.memory;
        drop(outer);
        drop(inner);
        assert_eq!(current().unwrap().ss_sp, bottom(memory));
        // SAFETY: it was in use before this test.
        unsafe { exchange(&before) }.unwrap();
    }
}
