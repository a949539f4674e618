//! A toy host: entries, roots, and a log of what the cache has done to them.
#![expect(unsafe_code, reason = "lists roots that no frame has")]

use std::cell::{Cell, RefCell};
use std::ops::RangeInclusive;
use std::sync::Arc;

use ch02_stencils::{CodeAddress, CodeOffset};
use ch04_executable_memory::{Arena, Code, CodeRoots};
use ch05_code_cache::{EntryCells, Host};

/// What an entry leads to that leads nowhere: it tells whoever calls to ask the cache.
pub(crate) extern "C" fn ask() -> CodeAddress {
    ASK
}

/// What `ask` returns. No code begins there.
pub(crate) const ASK: CodeAddress = CodeAddress(1);

/// How many functions a host has room for: their keys are smaller.
pub(crate) const KEYS: u32 = 1024;

/// What a cache has had the host do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// Set an entry.
    Entry(u32, Option<CodeAddress>),
    /// Divert whoever would return to some addresses.
    Divert,
}

/// The host.
#[derive(Debug)]
pub(crate) struct ToyHost {
    entries: EntryCells,
    /// Where somebody will return.
    pub(crate) roots: RefCell<Vec<CodeAddress>>,
    /// Where those go on who are diverted, if there is such a place.
    pub(crate) elsewhere: Cell<Option<CodeAddress>>,
    /// How often the roots were listed.
    pub(crate) listings: Cell<usize>,
    log: RefCell<Vec<Event>>,
    /// Addresses of which `divert` is to tell whether they are gone, and those that were.
    pub(crate) asked: RefCell<Vec<CodeAddress>>,
    gone: RefCell<Vec<CodeAddress>>,
}

impl ToyHost {
    /// A host with entries that lead nowhere.
    pub(crate) fn new(arena: &Arc<Arena>) -> ToyHost {
        let entries = EntryCells::new(arena, KEYS as usize, nowhere());
        ToyHost {
            entries: entries.expect("there is memory"),
            roots: RefCell::default(),
            elsewhere: Cell::default(),
            listings: Cell::default(),
            log: RefCell::default(),
            asked: RefCell::default(),
            gone: RefCell::default(),
        }
    }

    /// Where a function is entered, if calls need not ask.
    pub(crate) fn entry(&self, key: u32) -> Option<CodeAddress> {
        Some(self.entries.get(key as usize)).filter(|&entry| entry != nowhere())
    }

    /// Where the word is that says where a function is entered.
    pub(crate) fn cell(&self, key: u32) -> u64 {
        self.entries.address(key as usize)
    }

    /// Has somebody return to these addresses, and to no others.
    pub(crate) fn set_roots(&self, roots: impl IntoIterator<Item = u64>) {
        *self.roots.borrow_mut() = roots.into_iter().map(CodeAddress).collect();
    }

    /// What the cache has done since the last time.
    pub(crate) fn take_log(&self) -> Vec<Event> {
        self.log.take()
    }

    /// The addresses asked for that were gone when the cache last said so.
    pub(crate) fn take_gone(&self) -> Vec<CodeAddress> {
        self.gone.take()
    }
}

// SAFETY: no code is executed while the cache is at work, but for the tests' that list it.
unsafe impl CodeRoots for ToyHost {
    fn visit(&self, root: &mut dyn FnMut(CodeAddress)) {
        self.listings.update(|listings| listings + 1);
        self.roots.borrow().iter().for_each(|&address| root(address));
    }
}

// SAFETY: the entries are nowhere else.
unsafe impl Host for ToyHost {
    type Key = u32;

    fn set_entry(&self, key: u32, entry: Option<CodeAddress>) {
        self.entries.set(key as usize, entry.unwrap_or_else(nowhere));
        self.log.borrow_mut().push(Event::Entry(key, entry));
    }

    fn divert(&self, is_gone: &dyn Fn(CodeAddress) -> bool) {
        let asked = self.asked.borrow();
        self.gone.borrow_mut().extend(asked.iter().copied().filter(|&it| is_gone(it)));
        self.log.borrow_mut().push(Event::Divert);
        let Some(elsewhere) = self.elsewhere.get() else { return };
        for root in self.roots.borrow_mut().iter_mut().filter(|root| is_gone(**root)) {
            *root = elsewhere;
        }
    }
}

fn nowhere() -> CodeAddress {
    CodeAddress(ask as *const () as u64)
}

/// No roots, for code that is never executed again.
#[derive(Debug)]
pub(crate) struct Nobody;

// SAFETY: nobody executes what is freed with these.
unsafe impl CodeRoots for Nobody {
    fn visit(&self, _: &mut dyn FnMut(CodeAddress)) {}
}

// SAFETY: as above.
unsafe impl Host for Nobody {
    type Key = u32;

    fn set_entry(&self, _: u32, _: Option<CodeAddress>) {}

    fn divert(&self, _: &dyn Fn(CodeAddress) -> bool) {}
}

/// Where somebody may return who is in some code: to any byte, or behind the last one.
pub(crate) fn addresses(code: &Code) -> RangeInclusive<u64> {
    let CodeAddress(start) = code.address(CodeOffset(0));
    start..=start + code.bytes().len() as u64
}
