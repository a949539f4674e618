//! How code gets into a cache: by itself, when it is needed, or with all others. Chapter
//! 5 of the book, "The cache".

use std::sync::Arc;
use std::time::Instant;

use ch02_stencils::CodeAddress;
use ch04_executable_memory::{Batch, Code, Describe};
use rustc_hash::{FxBuildHasher, FxHashSet};
use smallvec::SmallVec;

use super::cache::CodeCache;
use super::compiler::{Compiler, Token};
use super::counting::START;
use super::error::Refused;
use super::host::Host;
use super::record::Resident;

/// For so many functions, memory is asked for at once.
const MANY: usize = 1 << 16;

/// Code that has been written and not yet been published.
struct Written<C: Compiler> {
    key: C::Key,
    what: Arc<C::Function>,
    tokens: SmallVec<[Token; 2]>,
    steps: u64,
}

impl<C: Compiler> CodeCache<C> {
    // ANCHOR: compile
    /// Compiles what has no code.
    pub(super) fn compile(
        &mut self,
        key: C::Key,
        host: &dyn Host<Key = C::Key>,
    ) -> Result<(), Refused<C::Error>> {
        // What did not fit the last time is linked again only when it does.
        let bytes = self.record(key).statistics.bytes;
        self.find_room(key, bytes, host)?;
        let start = Instant::now();
        self.link(key)?;
        self.find_room(key, self.image.size(), host)?;
        let mut batch = self.arena.batch();
        let written = self.write(key, &mut batch)?;
        let bytes = batch.size();
        let code = batch.publish().map_err(Refused::memory(bytes))?;
        let code = code.into_iter().next().expect("what was finished is published");
        self.admit(written, code)?;
        let time = start.elapsed();
        self.statistics.compile_time += time;
        self.record(key).statistics.compile_time += time;
        self.put_to_doze(key, host);
        Ok(())
    }
    // ANCHOR_END: compile

    /// Compiles all of these that have no code, as far as there is room without evicting
    /// any. Returns how many it compiled. The entries are for the caller to
    /// [set](Self::way_in).
    ///
    /// # Errors
    /// When one of them cannot be compiled, or there is no memory: then none is. When
    /// there is no memory to count the calls of one: then those before it are.
    pub fn compile_all(
        &mut self,
        keys: impl IntoIterator<Item = C::Key>,
    ) -> Result<usize, Refused<C::Error>> {
        let start = Instant::now();
        let mut batch = self.arena.batch();
        let keys = keys.into_iter();
        let count = keys.size_hint().0.min(MANY);
        let mut all = Vec::with_capacity(count);
        self.records.reserve(count);
        let mut seen = FxHashSet::with_capacity_and_hasher(count, FxBuildHasher);
        let mut room = self.options.budget.saturating_sub(self.used());
        for key in keys {
            if self.get(key).is_some() || !seen.insert(key) {
                continue;
            }
            self.link(key)?;
            let Some(left) = room.checked_sub(self.image.size()) else { continue };
            room = left;
            all.push(self.write(key, &mut batch)?);
        }
        let bytes = batch.size();
        let codes = batch.publish().map_err(Refused::memory(bytes))?;
        let count = codes.len();
        let mut published = all.into_iter().zip(codes);
        let admitted = published.try_for_each(|(written, code)| self.admit(written, code));
        // Code that is dropped is never freed.
        published.for_each(|(_, code)| self.retired.push(code));
        admitted?;
        self.statistics.compile_time += start.elapsed();
        Ok(count)
    }

    /// Links the code of a key to the cache's image.
    fn link(&mut self, key: C::Key) -> Result<(), Refused<C::Error>> {
        self.tokens.clear();
        let linked = self.compiler.compile(key, &mut self.image, &mut self.tokens);
        linked.map_err(Refused::Compile)?;
        self.tokens.sort_unstable();
        self.tokens.dedup();
        let bytes = self.image.size();
        self.record(key).statistics.bytes = bytes;
        Ok(())
    }

    /// Writes the image to a batch.
    fn write(&mut self, key: C::Key, batch: &mut Batch) -> Result<Written<C>, Refused<C::Error>> {
        let (size, alignment) = (self.image.size(), self.image.alignment());
        let mut draft = batch.draft(size, alignment).map_err(Refused::memory(size))?;
        let address = draft.address();
        let outside = |symbol| self.compiler.outside(key, symbol);
        self.image.place(draft.bytes_mut(), address, outside)?;
        let map = self.image.take_map();
        let steps = map.steps() as u64;
        let what = Arc::new(self.compiler.describe(key, map));
        draft.finish(Arc::clone(&what) as Arc<dyn Describe>);
        let tokens = SmallVec::from_slice(&self.tokens);
        Ok(Written { key, what, tokens, steps })
    }

    /// Takes code in that has been published.
    fn admit(&mut self, written: Written<C>, code: Code) -> Result<(), Refused<C::Error>> {
        let Written { key, what, tokens, steps } = written;
        let counter = match self.counter(key, code.address(START)) {
            Ok(counter) => counter,
            Err(error) => {
                self.retired.push(code);
                return Err(error);
            }
        };
        self.dependencies.add(key, &tokens);
        self.sizes.awake += code.bytes().len();
        let stamp = self.ages.add(key);
        let record = self.record(key);
        let is_again = record.statistics.compiled > 0;
        record.statistics.compiled += 1;
        assert!(record.resident.is_none(), "a key has code once");
        record.patience.succeed();
        record.resident = Some(Resident { code, what, counter, tokens, stamp });
        self.statistics.compiled += 1;
        self.statistics.recompiled += u64::from(is_again);
        self.statistics.steps += steps;
        self.statistics.peak_bytes = self.statistics.peak_bytes.max(self.used());
        Ok(())
    }

    /// What counts the calls of a function, if they are counted.
    fn counter(
        &mut self,
        key: C::Key,
        code: CodeAddress,
    ) -> Result<Option<Code>, Refused<C::Error>> {
        let Some(counters) = &mut self.counters else { return Ok(None) };
        let record = self.records.entry(key).or_default();
        let bytes = record.statistics.bytes;
        let index = match record.counter {
            Some(index) => index,
            None => counters.add(&self.arena).map_err(Refused::memory(bytes))?,
        };
        record.counter = Some(index);
        let stub = counters.stub(&self.arena, index, code).map_err(Refused::stub(bytes))?;
        Ok(Some(stub))
    }
}
