//! A system that writes down what it is asked for, and that can refuse it.
#![expect(unsafe_code, reason = "is a system, by way of the real one")]

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::ops::Range;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::ptr::NonNull;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ch04_executable_memory::{Backing, PageSource, Protection, SystemCall, SystemPages};

/// What it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) call: SystemCall,
    /// From where on; 0 if that is left to the system.
    pub(crate) start: u64,
    pub(crate) bytes: usize,
    pub(crate) protection: Option<Protection>,
}

/// Decides whether a call is refused.
type Rule = Box<dyn FnMut(&Call) -> bool + Send>;

/// The system.
#[derive(Default)]
pub(crate) struct Watched {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    rule: Option<Rule>,
    calls: Vec<Call>,
    refused: Vec<Call>,
    /// What was reserved, by where it starts, and how many bytes it has.
    reserved: BTreeMap<u64, usize>,
    /// Code that nobody may take away or write to, by where it starts, and where it ends.
    live: BTreeMap<u64, u64>,
    /// Calls that did it, or that were about memory that was not reserved.
    trespasses: Vec<Call>,
}

impl Watched {
    /// Refuses what the rule says from now on. It is asked before each call.
    pub(crate) fn refuse(&self, rule: impl FnMut(&Call) -> bool + Send + 'static) {
        self.state().rule = Some(Box::new(rule));
    }

    /// Refuses nothing from now on; returns what was refused.
    pub(crate) fn relent(&self) -> Vec<Call> {
        let mut state = self.state();
        state.rule = None;
        std::mem::take(&mut state.refused)
    }

    /// The calls since the last time.
    pub(crate) fn calls(&self) -> Vec<Call> {
        std::mem::take(&mut self.state().calls)
    }

    /// How many of them were for this service.
    pub(crate) fn count(&self, call: SystemCall) -> usize {
        self.calls().iter().filter(|made| made.call == call).count()
    }

    /// Which addresses are reserved.
    pub(crate) fn reserved(&self) -> Vec<Range<u64>> {
        let state = self.state();
        state.reserved.iter().map(|(&start, &bytes)| start..start + bytes as u64).collect()
    }

    /// Says that there is code which may be executed at any time.
    pub(crate) fn watch(&self, code: Range<u64>) {
        self.state().live.insert(code.start, code.end);
    }

    /// Says that it will be freed.
    pub(crate) fn unwatch(&self, code: Range<u64>) {
        self.state().live.remove(&code.start);
    }

    /// Calls that touched what they must not.
    pub(crate) fn trespasses(&self) -> Vec<Call> {
        self.state().trespasses.clone()
    }

    /// Notes a call, and does it unless it is to be refused.
    fn ask<T>(&self, call: Call, answer: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        self.state().allow(call)?;
        answer()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn allow(&mut self, call: Call) -> io::Result<()> {
        self.calls.push(call);
        if self.rule.as_mut().is_some_and(|rule| rule(&call)) {
            self.refused.push(call);
            // What is refused at a place is somebody else's.
            let is_placed = call.call == SystemCall::Reserve && call.start != 0;
            let kinds = (io::ErrorKind::AlreadyExists, io::ErrorKind::OutOfMemory);
            return Err(if is_placed { kinds.0 } else { kinds.1 }.into());
        }
        if self.is_trespass(&call) {
            self.trespasses.push(call);
        }
        Ok(())
    }

    fn is_trespass(&self, call: &Call) -> bool {
        let end = call.start + call.bytes as u64;
        let is_reserved = |(&start, &bytes): (&u64, &usize)| end <= start + bytes as u64;
        let harms = |(_, &its_end): (&u64, &u64)| call.start < its_end;
        match call.call {
            SystemCall::Reserve
            | SystemCall::Share
            | SystemCall::Lock
            | SystemCall::Synchronize => false,
            SystemCall::Unmap if self.reserved.get(&call.start) != Some(&call.bytes) => true,
            _ if !self.reserved.range(..=call.start).next_back().is_some_and(is_reserved) => true,
            SystemCall::Populate => false,
            _ => self.live.range(..end).next_back().is_some_and(harms),
        }
    }
}

impl Call {
    fn new(call: SystemCall, bytes: usize) -> Call {
        Call { call, start: 0, bytes, protection: None }
    }

    fn at(self, start: NonNull<u8>) -> Call {
        Call { start: start.addr().get() as u64, ..self }
    }
}

// SAFETY: what it does not refuse is done by the system, of which this is known.
unsafe impl PageSource for Watched {
    fn page_size(&self) -> usize {
        SystemPages.page_size()
    }

    fn reserve(&self, bytes: usize, at: Option<u64>) -> io::Result<NonNull<u8>> {
        let call = Call { start: at.unwrap_or(0), ..Call::new(SystemCall::Reserve, bytes) };
        let start = self.ask(call, || SystemPages.reserve(bytes, at))?;
        self.state().reserved.insert(start.addr().get() as u64, bytes);
        Ok(start)
    }

    fn share(&self, bytes: usize) -> io::Result<OwnedFd> {
        self.ask(Call::new(SystemCall::Share, bytes), || SystemPages.share(bytes))
    }

    fn lock(&self, memory: BorrowedFd<'_>) -> io::Result<()> {
        self.ask(Call::new(SystemCall::Lock, 0), || SystemPages.lock(memory))
    }

    unsafe fn map(
        &self,
        start: NonNull<u8>,
        bytes: usize,
        backing: Backing<'_>,
        protection: Protection,
    ) -> io::Result<()> {
        let call = Call::new(SystemCall::Map, bytes).at(start);
        let call = Call { protection: Some(protection), ..call };
        // SAFETY: passed on.
        self.ask(call, || unsafe { SystemPages.map(start, bytes, backing, protection) })
    }

    unsafe fn protect(
        &self,
        start: NonNull<u8>,
        bytes: usize,
        protection: Protection,
    ) -> io::Result<()> {
        let call = Call::new(SystemCall::Protect, bytes).at(start);
        let call = Call { protection: Some(protection), ..call };
        // SAFETY: passed on.
        self.ask(call, || unsafe { SystemPages.protect(start, bytes, protection) })
    }

    unsafe fn populate(&self, start: NonNull<u8>, bytes: usize) -> io::Result<()> {
        let call = Call::new(SystemCall::Populate, bytes).at(start);
        // SAFETY: passed on.
        self.ask(call, || unsafe { SystemPages.populate(start, bytes) })
    }

    unsafe fn unmap(&self, start: NonNull<u8>, bytes: usize) -> io::Result<()> {
        let call = Call::new(SystemCall::Unmap, bytes).at(start);
        self.ask(call, || {
            self.state().reserved.remove(&call.start);
            // SAFETY: passed on.
            unsafe { SystemPages.unmap(start, bytes) }
        })
    }

    fn synchronize(&self) -> io::Result<()> {
        self.ask(Call::new(SystemCall::Synchronize, 0), || SystemPages.synchronize())
    }
}

impl fmt::Debug for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watched").finish_non_exhaustive()
    }
}
