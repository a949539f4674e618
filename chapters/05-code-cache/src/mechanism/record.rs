//! What a cache remembers of a key, whether it has code or not. Chapter 5 of the book,
//! "The cache"; how patient it is, "Who goes first".

use std::mem;
use std::sync::Arc;

use ch02_stencils::CodeAddress;
use ch04_executable_memory::Code;
use smallvec::SmallVec;

use super::age::Stamp;
use super::compiler::Token;
use super::counting::{CounterIndex, START};
use super::statistics::FunctionStatistics;

/// What is known of a key.
#[derive(Debug)]
pub(super) struct Record<F> {
    pub(super) resident: Option<Resident<F>>,
    pub(super) statistics: FunctionStatistics,
    /// Which word counts its calls.
    pub(super) counter: Option<CounterIndex>,
    pub(super) patience: Patience,
}

/// Code that is there.
#[derive(Debug)]
pub(super) struct Resident<F> {
    pub(super) code: Code,
    pub(super) what: Arc<F>,
    /// What stands between entry and code to count.
    pub(super) counter: Option<Code>,
    pub(super) tokens: SmallVec<[Token; 2]>,
    pub(super) stamp: Stamp,
}

impl<F> Resident<F> {
    /// Where the code is entered: at the first step, with which an image begins.
    pub(super) fn entry(&self) -> CodeAddress {
        self.code.address(START)
    }

    /// Where its entry cell leads, if it does not doze.
    pub(super) fn way_in(&self) -> CodeAddress {
        self.counter.as_ref().map_or_else(|| self.entry(), |stub| stub.address(START))
    }
}

impl<F> Default for Record<F> {
    fn default() -> Self {
        Record {
            resident: None,
            statistics: FunctionStatistics::default(),
            counter: None,
            patience: Patience::default(),
        }
    }
}

// ANCHOR: patience
/// How many calls to let pass before there is another attempt to find room: after each
/// one that failed, and from the fifth time on that the code had to go, twice as many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Patience {
    failures: u32,
    evictions: u32,
    left: u32,
}

/// So often code may go and come back as if nothing had happened.
const FREE: u32 = 4;

/// The number of calls doubles so often, and ends at 1,023.
const DOUBLINGS: u32 = 10;

impl Patience {
    fn wait(&mut self) {
        let doublings = self.failures + self.evictions.saturating_sub(FREE);
        self.left = (1 << doublings.min(DOUBLINGS)) - 1;
    }
    // ANCHOR_END: patience

    /// Whether it is time for an attempt; else there is one call less to wait for.
    pub(super) fn is_over(&mut self) -> bool {
        let is_over = self.left == 0;
        self.left = self.left.saturating_sub(1);
        is_over
    }

    /// An attempt has failed.
    pub(super) fn fail(&mut self) {
        self.failures += 1;
        self.wait();
    }

    /// The code has to go, for want of room.
    pub(super) fn lose(&mut self) {
        self.evictions += 1;
        self.wait();
    }

    /// There is code.
    pub(super) fn succeed(&mut self) {
        *self = Patience { failures: 0, left: 0, ..*self };
    }

    /// Leaves the calls that are left to be counted by somebody else.
    pub(super) fn take(&mut self) -> u32 {
        mem::take(&mut self.left)
    }
}
