//! Counting calls: between a function's entry and its code stands a stub that adds one
//! to a cell. Chapter 5 of the book, "What it counts, and what that costs".

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use ch02_stencils::{CodeAddress, CodeOffset, HoleKind};
use ch03_relocations::arch::Arch;
use ch04_executable_memory::{Arena, ArenaError, Cells, Code, Describe};

use super::stub::{StubError, StubGenerator};

/// How calls are counted.
#[derive(Debug)]
pub struct CallCounting<A> {
    /// A stub that adds one to a word, and goes on with code.
    pub stub: StubGenerator<A>,
    /// Its hole for the address of the word.
    pub counter: HoleKind,
    /// Its hole for the code.
    pub code: HoleKind,
}

/// Which word counts the calls of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CounterIndex(usize);

/// The words, and what counts with them.
#[derive(Debug)]
pub(super) struct Counters<A> {
    counting: CallCounting<A>,
    blocks: Vec<Arc<Cells>>,
    count: usize,
}

/// How many words are asked for at a time.
const BLOCK: usize = 64;

impl<A: Arch> Counters<A> {
    pub(super) fn new(counting: CallCounting<A>) -> Counters<A> {
        Counters { counting, blocks: Vec::new(), count: 0 }
    }

    /// A word for another function.
    pub(super) fn add(&mut self, arena: &Arc<Arena>) -> Result<CounterIndex, ArenaError> {
        if self.count == self.blocks.len() * BLOCK {
            self.blocks.push(Arc::new(arena.cells(BLOCK)?));
        }
        self.count += 1;
        Ok(CounterIndex(self.count - 1))
    }

    /// How many calls have been counted.
    pub(super) fn get(&self, CounterIndex(index): CounterIndex) -> u64 {
        self.blocks[index / BLOCK].words()[index % BLOCK].load(Ordering::Relaxed)
    }

    /// Makes a stub that counts the calls of `code`.
    pub(super) fn stub(
        &self,
        arena: &Arc<Arena>,
        CounterIndex(index): CounterIndex,
        code: CodeAddress,
    ) -> Result<Code, StubError> {
        let CallCounting { stub, counter, code: target } = &self.counting;
        let block = &self.blocks[index / BLOCK];
        let word = block.words()[index % BLOCK].as_ptr() as u64;
        let mut batch = arena.batch();
        let what = Arc::new(Counter { _words: Arc::clone(block) });
        stub.write(&mut batch, what, |symbol| match symbol {
            symbol if symbol == *counter => word,
            symbol if symbol == *target => code.0,
            symbol => panic!("a stub that counts has no hole for symbol {}", symbol.0),
        })?;
        Ok(batch.publish()?.pop().expect("what was finished is published"))
    }
}

/// A stub, which keeps the words as long as it can be executed: also when there is no
/// cache any more, and nobody has freed its code.
#[derive(Debug)]
struct Counter {
    _words: Arc<Cells>,
}

impl Describe for Counter {
    fn name(&self) -> &str {
        "counter"
    }

    fn describe(&self, offset: CodeOffset, out: &mut dyn fmt::Write) -> fmt::Result {
        write!(out, "{}+{:#x}", self.name(), offset.0)
    }
}

/// Where a stub is entered, and a function.
pub(super) const START: CodeOffset = CodeOffset(0);
