//! What most tests need: an arena, a cache in it, its host and its compiler.
#![expect(unsafe_code, reason = "calls code that is in the arena")]

use std::mem;
use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

use ch02_stencils::CodeAddress;
use ch03_relocations::arch::{Arch, X86_64};
use ch04_executable_memory::{Arena, ArenaOptions, Place, Strategy, SystemPages, Usage};
use ch05_code_cache::{CacheOptions, CodeCache, Refused};

use crate::host::{ASK, Nobody, ToyHost, addresses};
use crate::toy::{Broken, Plans, Toy, bytes_of, name_of};

/// A cache, and whoever it has to do with.
#[derive(Debug)]
pub(crate) struct Shop {
    pub(crate) cache: CodeCache<Toy>,
    pub(crate) host: ToyHost,
    pub(crate) plans: Plans,
    pub(crate) budget: usize,
    pub(crate) arena: Arc<Arena>,
}

/// Where a function is entered, or why there is no code.
pub(crate) type Entered = Result<CodeAddress, Refused<Broken>>;

/// An arena on this system.
pub(crate) fn arena(strategy: Strategy) -> Arc<Arena> {
    let options = ArenaOptions { strategy, ..ArenaOptions::new(X86_64::TRAP) };
    Arena::new(Arc::new(SystemPages), options)
}

/// An arena so near that code calls back directly, if the system has such memory.
pub(crate) fn near_arena(strategy: Strategy) -> Arc<Arena> {
    let callee = call_back as *const () as u64;
    let near = Some(callee..callee + 1);
    let options = ArenaOptions { strategy, near, ..ArenaOptions::new(X86_64::TRAP) };
    Arena::new(Arc::new(SystemPages), options)
}

impl Shop {
    /// A cache with room for so many functions, as they are unless they are planned
    /// otherwise.
    pub(crate) fn for_functions(count: usize) -> Shop {
        Shop::new(count * bytes_of(4))
    }

    /// A cache with this budget.
    pub(crate) fn new(budget: usize) -> Shop {
        Shop::with(arena(Strategy::DualMapping), CacheOptions { budget, is_stressed: false })
    }

    /// A cache with these options, in this arena.
    pub(crate) fn with(arena: Arc<Arena>, options: CacheOptions) -> Shop {
        let plans = Plans::default();
        let cache = CodeCache::new(Arc::clone(&arena), Toy::new(plans.clone()), options);
        Shop { cache, host: ToyHost::new(&arena), plans, budget: options.budget, arena }
    }

    /// Calls a function: through its entry, or, where that leads nowhere, by way of the
    /// cache. Returns where it is entered.
    pub(crate) fn call(&mut self, key: u32) -> Entered {
        match self.host.entry(key) {
            Some(entry) => Ok(entry),
            None => self.cache.enter(key, &self.host),
        }
    }

    /// The same, but whoever would have to wait for room has waited.
    pub(crate) fn call_patiently(&mut self, key: u32) -> Entered {
        self.cache.take_patience(key);
        self.call(key)
    }

    /// Calls functions that have code, or get some.
    pub(crate) fn call_all(&mut self, keys: impl IntoIterator<Item = u32>) {
        for key in keys {
            self.call(key).unwrap_or_else(|error| panic!("{key}: {error:?}"));
        }
    }

    /// Which functions have code. Their keys have to be below 64.
    pub(crate) fn resident(&self) -> Vec<u32> {
        (0..64).filter(|&key| self.cache.get(key).is_some()).collect()
    }

    /// Which functions are entered without asking.
    pub(crate) fn awake(&self) -> Vec<u32> {
        (0..64).filter(|&key| self.host.entry(key).is_some()).collect()
    }

    /// Where the code of a function lies: all addresses to which somebody may return.
    pub(crate) fn addresses(&self, key: u32) -> RangeInclusive<u64> {
        addresses(self.cache.get(key).expect("it has code").code)
    }

    /// Where somebody will return.
    pub(crate) fn roots(&self) -> Vec<u64> {
        self.host.roots.borrow().iter().map(|root| root.0).collect()
    }

    /// Has somebody return to each of these functions, somewhere in the middle.
    pub(crate) fn enter_frames(&self, keys: impl IntoIterator<Item = u32>) {
        self.host.set_roots(keys.into_iter().map(|key| self.addresses(key).start() + 20));
    }

    /// The name of what begins at an address, as the arena knows it.
    pub(crate) fn name_at(&self, address: CodeAddress) -> Option<String> {
        let name = |place: Place<'_>| match place {
            Place::Code { what, offset } if offset.0 == 0 => Some(what.name().to_owned()),
            _ => None,
        };
        self.arena.locate(address, name).flatten()
    }

    /// Panics unless all entries lead to the start of live code, each to its own; or,
    /// where `by_way_of` is the name of a stub, to one of these.
    pub(crate) fn assert_entries(&self, by_way_of: Option<&str>) {
        for key in 0..64 {
            let Some(entry) = self.host.entry(key) else { continue };
            let name = self.name_at(entry).expect("an entry leads to live code");
            assert_eq!(name, by_way_of.map_or_else(|| name_of(key), str::to_owned));
            assert_eq!(self.cache.way_in(key), Some(entry));
        }
    }

    /// Runs what begins at an address: a function, or what goes on in one.
    pub(crate) fn run(&self, address: CodeAddress) -> f64 {
        self.run_with(address, &mut |_| panic!("it does not call back"))
    }

    /// The same for functions that call back.
    pub(crate) fn run_with(&self, address: CodeAddress, on_call: CallBack<'_>) -> f64 {
        assert!(self.name_at(address).is_some(), "there is no code at {:#x}", address.0);
        execute(address, on_call).expect("it is no entry that leads nowhere")
    }

    /// Calls a function and runs it; panics unless it does what it should.
    pub(crate) fn assert_works(&mut self, key: u32) {
        let entry = self.call(key).unwrap_or_else(|error| panic!("{key}: {error:?}"));
        assert_eq!(self.run(entry), self.plans.get(key).result(), "function {key}");
    }

    /// Ends it all; panics unless nothing is left anywhere.
    pub(crate) fn close(self) {
        let arena = Arc::clone(&self.arena);
        self.leave();
        assert_empty(&arena);
    }

    /// Ends the cache, whose arena others may use. Panics unless it has nothing there.
    pub(crate) fn leave(mut self) {
        assert_eq!(self.cache.free_all(&Nobody), 0, "all code can be freed");
    }
}

/// Panics unless nobody has anything in the arena any more.
pub(crate) fn assert_empty(arena: &Arena) {
    arena.trim().expect("the system takes it back");
    assert_eq!(arena.usage(), Usage::default(), "nobody has anything any more");
}

/// Who is called by functions that call back, with the number that they have written.
pub(crate) type CallBack<'a> = &'a mut dyn FnMut(f64);

/// `tape_print` of `tape.c`.
pub(crate) extern "C" fn call_back(output: &mut CallBack<'_>, number: f64) {
    output(number);
}

/// Executes a function of the toy compiler that begins at an address, or what leads to
/// one. Returns what it has written; nothing if the entry leads nowhere.
pub(crate) fn execute(address: CodeAddress, mut on_call: CallBack<'_>) -> Option<f64> {
    type Enter =
        unsafe extern "C" fn(*mut f64, *mut f64, *mut f64, &mut CallBack<'_>) -> CodeAddress;
    let mut tape = [f64::NAN];
    let Range { start, end } = tape.as_mut_ptr_range();
    // SAFETY: tests have addresses from the cache, of code that is there: it begins with
    // `enter` of `tape.c`, and ends with `finish`. What may stand before it does not
    // change what it gets.
    let returned = unsafe {
        let enter = mem::transmute::<usize, Enter>(address.0 as usize);
        enter(start, start, end, &mut on_call)
    };
    assert!(returned == ASK || returned == CodeAddress(0), "its words do not fail");
    (returned != ASK).then_some(tape[0])
}
