//! The cache. Chapter 5 of the book, "The cache".

use std::fmt;
use std::sync::Arc;

use ch02_stencils::CodeAddress;
use ch03_relocations::link::Image;
use ch04_executable_memory::{Arena, Code, Retired};
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use super::age::Ages;
use super::compiler::{Compiler, Token};
use super::counting::{CallCounting, Counters};
use super::dependencies::Dependencies;
use super::error::Refused;
use super::host::Host;
use super::options::CacheOptions;
use super::record::{Record, Resident};
use super::statistics::{FunctionStatistics, Statistics};

// ANCHOR: cache
/// Compiled code by key, for one host, which is always the same. The arena may be shared
/// with other caches.
pub struct CodeCache<C: Compiler> {
    pub(super) arena: Arc<Arena>,
    pub(super) compiler: C,
    pub(super) options: CacheOptions,
    /// In the order in which keys came, as they will be asked for again.
    pub(super) records: IndexMap<C::Key, Record<C::Function>, FxBuildHasher>,
    pub(super) ages: Ages<C::Key>,
    pub(super) dependencies: Dependencies<C::Key>,
    /// Code that nobody enters any more, and to which somebody will still return.
    pub(super) retired: Retired,
    pub(super) counters: Option<Counters<C::Arch>>,
    pub(super) statistics: Statistics,
    pub(super) sizes: Sizes,
    pub(super) image: Image<C::Arch>,
    pub(super) tokens: Vec<Token>,
}
// ANCHOR_END: cache

/// How many bytes of code there are of each kind.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sizes {
    pub(super) awake: usize,
    pub(super) dozing: usize,
}

/// Code that was found, or made.
#[derive(Debug)]
pub struct Found<'a, F> {
    /// The code.
    pub code: &'a Code,
    /// What it is.
    pub what: &'a Arc<F>,
}

impl<C: Compiler> CodeCache<C> {
    /// A cache that has nothing yet. The entries of all functions should lead to stubs
    /// that call [`enter`](Self::enter).
    #[must_use]
    pub fn new(arena: Arc<Arena>, compiler: C, options: CacheOptions) -> CodeCache<C> {
        CodeCache {
            arena,
            compiler,
            options,
            records: IndexMap::default(),
            ages: Ages::new(),
            dependencies: Dependencies::new(),
            retired: Retired::default(),
            counters: None,
            statistics: Statistics::default(),
            sizes: Sizes::default(),
            image: Image::new(),
            tokens: Vec::new(),
        }
    }

    /// Counts calls, from the next code on that is compiled.
    ///
    /// # Panics
    /// When they are being counted already.
    pub fn count_calls(&mut self, counting: CallCounting<C::Arch>) {
        assert!(self.counters.is_none(), "calls are being counted already");
        self.counters = Some(Counters::new(counting));
    }

    /// Finds or makes the code of a function that is being called, and has its entry
    /// lead there. Returns where to go on, which is good until the cache is asked for
    /// something else.
    ///
    /// # Errors
    /// When there is no code, and cannot be, or not now.
    pub fn enter(
        &mut self,
        key: C::Key,
        host: &dyn Host<Key = C::Key>,
    ) -> Result<CodeAddress, Refused<C::Error>> {
        self.count_visit(key);
        let found = self.find(key, host).map(drop);
        if found.is_err() {
            self.statistics.refused += 1;
            self.record(key).statistics.refused += 1;
        }
        found.map(|()| self.resident(key).entry())
    }

    /// Counts a call that has asked for code; [`enter`](Self::enter) does so itself.
    pub fn count_visit(&mut self, key: C::Key) {
        self.statistics.visits += 1;
        self.record(key).statistics.visits += 1;
    }

    // ANCHOR: find
    /// Finds or makes the code of a function, and has its entry lead there.
    ///
    /// # Errors
    /// When there is no code, and cannot be, or not now.
    pub fn find(
        &mut self,
        key: C::Key,
        host: &dyn Host<Key = C::Key>,
    ) -> Result<Found<'_, C::Function>, Refused<C::Error>> {
        if self.options.is_stressed {
            self.evict_others(key, host);
        }
        if self.get(key).is_none() {
            self.compile(key, host)?;
        }
        self.wake(key, host);
        let Resident { code, what, .. } = self.resident(key);
        Ok(Found { code, what })
    }
    // ANCHOR_END: find

    /// How many calls of a function would now be refused without an attempt to find room:
    /// none, or what a caller can count by itself, and cheaper. The next call that
    /// [asks](Self::enter) is an attempt.
    pub fn take_patience(&mut self, key: C::Key) -> u32 {
        self.record(key).patience.take()
    }

    /// The code of a function, if there is some. It may be dozing.
    #[must_use]
    pub fn get(&self, key: C::Key) -> Option<Found<'_, C::Function>> {
        let Resident { code, what, .. } = self.records.get(&key)?.resident.as_ref()?;
        Some(Found { code, what })
    }

    /// Where the entry of a function should lead: to its code, by way of what counts;
    /// nowhere, if calls have to ask.
    #[must_use]
    pub fn way_in(&self, key: C::Key) -> Option<CodeAddress> {
        let resident = self.records.get(&key).and_then(|record| record.resident.as_ref());
        let awake = resident.filter(|it| !it.stamp.is_dozing && !self.options.is_stressed);
        awake.map(Resident::way_in)
    }

    // ANCHOR: wake
    /// Has calls get to the code by themselves.
    fn wake(&mut self, key: C::Key, host: &dyn Host<Key = C::Key>) {
        let stamp = self.resident(key).stamp;
        if stamp.is_dozing {
            let stamp = self.ages.change(key, stamp, false);
            let resident = self.resident(key);
            resident.stamp = stamp;
            let bytes = resident.code.bytes().len();
            self.sizes.dozing -= bytes;
            self.sizes.awake += bytes;
            self.statistics.woken += 1;
        }
        if !self.options.is_stressed {
            host.set_entry(key, self.way_in(key));
        }
    }
    // ANCHOR_END: wake

    /// What the cache has done so far, and what it holds.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        let has_code = |record: &&Record<_>| record.resident.is_some();
        Statistics {
            functions: self.records.values().filter(has_code).count(),
            bytes: self.used(),
            ..self.statistics
        }
    }

    /// What the cache knows of a function.
    #[must_use]
    pub fn function_statistics(&self, key: C::Key) -> FunctionStatistics {
        let record = self.records.get(&key);
        let mut statistics = record.map(|record| record.statistics).unwrap_or_default();
        if let Some(counters) = &self.counters {
            let counted = record.and_then(|record| record.counter).map(|it| counters.get(it));
            statistics.calls = Some(statistics.visits + counted.unwrap_or(0));
        }
        statistics.has_code = record.is_some_and(|record| record.resident.is_some());
        statistics
    }

    /// Who compiles.
    #[must_use]
    pub fn compiler(&self) -> &C {
        &self.compiler
    }

    /// The same, to be told of what has changed.
    pub fn compiler_mut(&mut self) -> &mut C {
        &mut self.compiler
    }

    /// Where the code is.
    #[must_use]
    pub fn arena(&self) -> &Arc<Arena> {
        &self.arena
    }

    /// Throws all code away, and frees what nobody will return to: for whoever ends.
    /// Returns how many pieces are left.
    pub fn free_all(&mut self, host: &dyn Host<Key = C::Key>) -> usize {
        for (&key, record) in &mut self.records {
            if let Some(Resident { code, counter, .. }) = record.resident.take() {
                host.set_entry(key, None);
                [Some(code), counter].into_iter().flatten().for_each(|it| self.retired.push(it));
            }
        }
        self.ages = Ages::new();
        self.dependencies = Dependencies::new();
        self.sizes = Sizes::default();
        // What the system does not take back is left.
        let _ = self.retired.sweep(host);
        self.retired.len()
    }

    pub(super) fn record(&mut self, key: C::Key) -> &mut Record<C::Function> {
        self.records.entry(key).or_default()
    }

    fn resident(&mut self, key: C::Key) -> &mut Resident<C::Function> {
        self.record(key).resident.as_mut().expect("there is code")
    }

    /// How many bytes of the budget are in use.
    pub(super) fn used(&self) -> usize {
        self.sizes.awake + self.sizes.dozing + self.retired.bytes()
    }
}

impl<C: Compiler> fmt::Debug for CodeCache<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let CodeCache { options, statistics, .. } = self;
        let mut f = f.debug_struct("CodeCache");
        f.field("options", options).field("statistics", statistics).finish_non_exhaustive()
    }
}
