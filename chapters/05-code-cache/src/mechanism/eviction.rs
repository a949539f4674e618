//! How code leaves a cache: because the room is needed, or because of what it took for
//! granted. Chapter 5 of the book, "Who goes first" and "What code takes for granted".

use std::ops::RangeInclusive;

use ch02_stencils::{CodeAddress, CodeOffset};
use ch04_executable_memory::{Code, CodeRoots};

use super::cache::CodeCache;
use super::compiler::{Compiler, Token};
use super::error::Refused;
use super::host::Host;
use super::record::Resident;

/// If code that is awake has more than this part of the budget, the oldest is put to doze.
const AWAKE: (usize, usize) = (3, 4);

impl<C: Compiler> CodeCache<C> {
    /// Makes room for so many bytes; throws away the coldest code to which nobody will
    /// return, if that is enough.
    pub(super) fn find_room(
        &mut self,
        key: C::Key,
        bytes: usize,
        host: &dyn Host<Key = C::Key>,
    ) -> Result<(), Refused<C::Error>> {
        // ANCHOR: find_room
        let budget = self.options.budget;
        if bytes > budget {
            return Err(Refused::TooLarge { bytes, budget });
        }
        if self.used() + bytes <= budget {
            return Ok(());
        }
        if !self.record(key).patience.is_over() {
            return Err(Refused::NoRoom { bytes });
        }
        self.sweep(host);
        let excess = (self.used() + bytes).saturating_sub(budget);
        let victims = self.coldest(excess, host).unwrap_or_default();
        self.statistics.evicted += victims.len() as u64;
        for victim in victims {
            self.record(victim).patience.lose();
            self.retire(victim, host);
        }
        self.sweep(host);
        if self.used() + bytes > budget {
            self.record(key).patience.fail();
            return Err(Refused::NoRoom { bytes });
        }
        // ANCHOR_END: find_room
        Ok(())
    }

    // ANCHOR: coldest
    /// The coldest code that nobody will return to and that has so many bytes together.
    /// None, if all of it has not: then there is no use in throwing any of it away.
    fn coldest(&self, bytes: usize, roots: &dyn CodeRoots) -> Option<Vec<C::Key>> {
        let roots = Roots::of(roots);
        let mut victims = Vec::new();
        let mut sum = 0;
        let mut candidates = self.ages.coldest();
        while sum < bytes {
            let key = candidates.next()?;
            let code = self.get(key).expect("what has an age has code").code;
            if !roots.lead_into(code) {
                sum += code.bytes().len();
                victims.push(key);
            }
        }
        Some(victims)
    }
    // ANCHOR_END: coldest

    // ANCHOR: doze
    /// Takes entries away, those first that have been there for longest, until no more
    /// than some part of the budget is awake, or all but `key`.
    pub(super) fn put_to_doze(&mut self, key: C::Key, host: &dyn Host<Key = C::Key>) {
        let most = self.options.budget / AWAKE.1 * AWAKE.0;
        while self.sizes.awake > most {
            let Some(oldest) = self.ages.oldest_awake().filter(|&oldest| oldest != key) else {
                break;
            };
            self.doze(oldest);
            host.set_entry(oldest, None);
        }
    }
    // ANCHOR_END: doze

    fn doze(&mut self, key: C::Key) {
        let record = self.records.get_mut(&key);
        let resident = record.and_then(|record| record.resident.as_mut());
        let resident = resident.expect("what has an age has code");
        resident.stamp = self.ages.change(key, resident.stamp, true);
        let bytes = resident.code.bytes().len();
        self.sizes.awake -= bytes;
        self.sizes.dozing += bytes;
    }

    /// Throws the code of a function away, if it has some to which nobody will return.
    /// Returns whether it had.
    pub fn evict(&mut self, key: C::Key, host: &dyn Host<Key = C::Key>) -> bool {
        self.evict_of([key].into_iter(), host) > 0
    }

    /// Throws all code away to which nobody will return. Returns how much that was.
    pub fn evict_all(&mut self, host: &dyn Host<Key = C::Key>) -> usize {
        let keys: Vec<C::Key> = self.ages.coldest().collect();
        self.evict_of(keys.into_iter(), host)
    }

    /// The same, but keeps the code of one function.
    pub(super) fn evict_others(&mut self, kept: C::Key, host: &dyn Host<Key = C::Key>) {
        let keys: Vec<C::Key> = self.ages.coldest().filter(|&key| key != kept).collect();
        self.evict_of(keys.into_iter(), host);
    }

    fn evict_of(
        &mut self,
        keys: impl Iterator<Item = C::Key>,
        host: &dyn Host<Key = C::Key>,
    ) -> usize {
        let roots = Roots::of(host);
        let mut count = 0;
        for key in keys {
            if self.get(key).is_some_and(|found| !roots.lead_into(found.code)) {
                self.retire(key, host);
                count += 1;
            }
        }
        if count > 0 {
            self.statistics.evicted += count as u64;
            self.sweep(host);
        }
        count
    }

    // ANCHOR: invalidate
    /// Throws all code away that depends on a token, wherever somebody is in it: frames
    /// that would return there are diverted. Returns how much that was.
    pub fn invalidate(&mut self, token: Token, host: &dyn Host<Key = C::Key>) -> usize {
        let keys = self.dependencies.take(token);
        let ranges: Vec<_> =
            keys.iter().filter_map(|&key| Some(addresses(self.get(key)?.code))).collect();
        keys.iter().for_each(|&key| self.retire(key, host));
        host.divert(&|address| ranges.iter().any(|range| range.contains(&address)));
        self.sweep(host);
        self.statistics.invalidated += keys.len() as u64;
        keys.len()
    }
    // ANCHOR_END: invalidate

    /// Takes code out of the cache, which is freed by a later sweep.
    fn retire(&mut self, key: C::Key, host: &dyn Host<Key = C::Key>) {
        let record = self.record(key);
        let Some(resident) = record.resident.take() else { return };
        record.statistics.discarded += 1;
        let Resident { code, counter, tokens, stamp, .. } = resident;
        let bytes = code.bytes().len();
        match stamp.is_dozing {
            true => self.sizes.dozing -= bytes,
            false => self.sizes.awake -= bytes,
        }
        self.ages.remove(stamp);
        self.dependencies.remove(key, &tokens);
        host.set_entry(key, None);
        [Some(code), counter].into_iter().flatten().for_each(|code| self.retired.push(code));
    }

    /// Frees what was thrown away, unless somebody will return there. The cache does so
    /// itself whenever it throws code away, or looks for room.
    pub fn sweep(&mut self, roots: &dyn CodeRoots) {
        if !self.retired.is_empty() {
            // What the system does not take back now waits for the next time.
            let _ = self.retired.sweep(roots);
        }
    }
}

/// The addresses at which somebody may go on who is in some code: also right behind a
/// call that is its last instruction.
fn addresses(code: &Code) -> RangeInclusive<CodeAddress> {
    let CodeAddress(start) = code.address(CodeOffset(0));
    CodeAddress(start)..=CodeAddress(start + code.bytes().len() as u64)
}

/// All roots at a time, in order.
struct Roots(Vec<CodeAddress>);

impl Roots {
    fn of(roots: &dyn CodeRoots) -> Roots {
        let mut addresses = Vec::new();
        roots.visit(&mut |address| addresses.push(address));
        addresses.sort_unstable();
        Roots(addresses)
    }

    fn lead_into(&self, code: &Code) -> bool {
        let addresses = addresses(code);
        let first = self.0.partition_point(|address| address < addresses.start());
        self.0.get(first).is_some_and(|address| addresses.contains(address))
    }
}
