//! Which code is coldest, found out without a word of code that would say so: what has
//! been entered for a while is put to doze, which is to take its entry away and to keep
//! the code; who calls it then wakes it. What has dozed longest is what is known for longest
//! not to have been called. Turner and Levy did so with the pages of VAX/VMS, whose processor had no
//! bit that says whether a page was used ("Segmented FIFO page replacement", 1981).
//! Chapter 5 of the book, "Who goes first".

use std::collections::BTreeMap;

/// When something was put where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stamp {
    pub(super) is_dozing: bool,
    tick: u64,
}

// ANCHOR: ages
/// Two queues: those that can be entered, and those that doze, the oldest first.
#[derive(Debug)]
pub(super) struct Ages<K> {
    awake: BTreeMap<u64, K>,
    dozing: BTreeMap<u64, K>,
    clock: u64,
}
// ANCHOR_END: ages

impl<K: Copy> Ages<K> {
    pub(super) fn new() -> Ages<K> {
        Ages { awake: BTreeMap::new(), dozing: BTreeMap::new(), clock: 0 }
    }

    /// Puts something behind all others that are awake.
    pub(super) fn add(&mut self, key: K) -> Stamp {
        self.put(key, false)
    }

    /// Wakes something, or puts it to doze.
    pub(super) fn change(&mut self, key: K, stamp: Stamp, is_dozing: bool) -> Stamp {
        self.remove(stamp);
        self.put(key, is_dozing)
    }

    pub(super) fn remove(&mut self, stamp: Stamp) {
        self.queue(stamp.is_dozing).remove(&stamp.tick);
    }

    /// What has been awake for longest.
    pub(super) fn oldest_awake(&self) -> Option<K> {
        self.awake.values().next().copied()
    }

    /// All of them, the coldest first.
    pub(super) fn coldest(&self) -> impl Iterator<Item = K> {
        self.dozing.values().chain(self.awake.values()).copied()
    }

    fn put(&mut self, key: K, is_dozing: bool) -> Stamp {
        self.clock += 1;
        let tick = self.clock;
        self.queue(is_dozing).insert(tick, key);
        Stamp { is_dozing, tick }
    }

    fn queue(&mut self, is_dozing: bool) -> &mut BTreeMap<u64, K> {
        if is_dozing { &mut self.dozing } else { &mut self.awake }
    }
}
