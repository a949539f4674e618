//! A system that counts what it is asked for, and that can refuse it.
#![expect(unsafe_code, reason = "is a system, by way of the real one")]

use std::fmt;
use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::ptr::NonNull;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ch04_executable_memory::{Backing, PageSource, Protection, SystemCall, SystemPages};

/// Decides whether a call is refused.
type Rule = Box<dyn FnMut(SystemCall) -> bool + Send>;

/// The system.
#[derive(Default)]
pub(crate) struct Refusing {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    rule: Option<Rule>,
    calls: Vec<SystemCall>,
    refused: Vec<SystemCall>,
}

impl Refusing {
    /// Refuses what the rule says from now on. It is asked before each call.
    pub(crate) fn refuse(&self, rule: impl FnMut(SystemCall) -> bool + Send + 'static) {
        self.state().rule = Some(Box::new(rule));
    }

    /// Refuses nothing from now on; returns what was refused.
    pub(crate) fn relent(&self) -> Vec<SystemCall> {
        let mut state = self.state();
        state.rule = None;
        std::mem::take(&mut state.refused)
    }

    /// The calls since the last time.
    pub(crate) fn take_calls(&self) -> Vec<SystemCall> {
        std::mem::take(&mut self.state().calls)
    }

    /// Does what it is asked for, unless it is to be refused.
    fn ask<T>(&self, call: SystemCall, answer: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        let mut state = self.state();
        state.calls.push(call);
        if state.rule.as_mut().is_some_and(|rule| rule(call)) {
            state.refused.push(call);
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        drop(state);
        answer()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// SAFETY: what it does not refuse is done by the system, of which this is known.
unsafe impl PageSource for Refusing {
    fn page_size(&self) -> usize {
        SystemPages.page_size()
    }

    fn reserve(&self, bytes: usize, at: Option<u64>) -> io::Result<NonNull<u8>> {
        self.ask(SystemCall::Reserve, || SystemPages.reserve(bytes, at))
    }

    fn share(&self, bytes: usize) -> io::Result<OwnedFd> {
        self.ask(SystemCall::Share, || SystemPages.share(bytes))
    }

    fn lock(&self, memory: BorrowedFd<'_>) -> io::Result<()> {
        self.ask(SystemCall::Lock, || SystemPages.lock(memory))
    }

    unsafe fn map(
        &self,
        start: NonNull<u8>,
        bytes: usize,
        backing: Backing<'_>,
        protection: Protection,
    ) -> io::Result<()> {
        // SAFETY: passed on.
        let map = || unsafe { SystemPages.map(start, bytes, backing, protection) };
        self.ask(SystemCall::Map, map)
    }

    unsafe fn protect(
        &self,
        start: NonNull<u8>,
        bytes: usize,
        protection: Protection,
    ) -> io::Result<()> {
        // SAFETY: passed on.
        self.ask(SystemCall::Protect, || unsafe { SystemPages.protect(start, bytes, protection) })
    }

    unsafe fn populate(&self, start: NonNull<u8>, bytes: usize) -> io::Result<()> {
        // SAFETY: passed on.
        self.ask(SystemCall::Populate, || unsafe { SystemPages.populate(start, bytes) })
    }

    unsafe fn unmap(&self, start: NonNull<u8>, bytes: usize) -> io::Result<()> {
        // SAFETY: passed on.
        self.ask(SystemCall::Unmap, || unsafe { SystemPages.unmap(start, bytes) })
    }

    fn synchronize(&self) -> io::Result<()> {
        self.ask(SystemCall::Synchronize, || SystemPages.synchronize())
    }
}

impl fmt::Debug for Refusing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refusing").finish_non_exhaustive()
    }
}
