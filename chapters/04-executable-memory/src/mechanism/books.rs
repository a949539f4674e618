//! The books of an arena: its regions, and the code in them. Chapter 4 of the book,
//! "Who owns which bytes".

use std::collections::BTreeMap;
use std::sync::Arc;

use ch02_stencils::{CodeAddress, CodeOffset};

use super::arena::Fresh;
use super::describe::Describe;
use super::error::ArenaError;
use super::ledger::{Ledger, Reuse};
use super::options::ArenaOptions;
use super::region::{Part, Region};
use super::survey::{Span, SpanKind};

/// What is known of all memory.
#[derive(Default)]
pub(super) struct Books {
    /// Of each region, the oldest first: it is filled before others are.
    pub(super) ledgers: Vec<Ledger>,
    /// What is published, by the address where it begins.
    published: BTreeMap<u64, Published>,
    /// How many bytes of code are published.
    code: usize,
    /// Whether room may be used again.
    pub(super) reuse: Reuse,
    /// Regions of which the system has taken back one half.
    leftovers: Vec<Ledger>,
}

/// Code that can be executed.
#[derive(Debug)]
pub(super) struct Published {
    pub(super) bytes: usize,
    pub(super) what: Arc<dyn Describe>,
}

/// What lies at an address.
pub enum Place<'a> {
    /// Code that has been published.
    Code {
        /// Which.
        what: &'a Arc<dyn Describe>,
        /// How far from its start.
        offset: CodeOffset,
    },
    /// Room for code: nobody's, or not published yet, or no longer.
    Empty,
    /// Room for cells.
    Cells,
    /// A guard page.
    Guard,
}

/// How much memory an arena has. All sizes are in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// How many regions there are.
    pub regions: usize,
    /// Addresses for code.
    pub reserved: usize,
    /// Those of them with memory behind them.
    pub populated: usize,
    /// Those of them that can be taken.
    pub free: usize,
    /// How many pieces of code are published.
    pub pieces: usize,
    /// How many bytes of code they have.
    pub code: usize,
}

impl Books {
    /// The books of a region.
    pub(super) fn ledger(&mut self, region: &Region) -> &mut Ledger {
        let start = region.addresses().start;
        let is_its = |ledger: &&mut Ledger| ledger.region().addresses().start == start;
        let ledger = self.ledgers.iter_mut().find(is_its);
        ledger.expect("a region stays as long as somebody has something in it")
    }

    /// Takes bytes that nobody has, from the first region that has so many in a row.
    pub(super) fn take(&mut self, bytes: usize, trap: u8) -> Result<Option<Fresh>, ArenaError> {
        for ledger in &mut self.ledgers {
            if let Some(fresh) = ledger.take(bytes, trap, self.reuse)? {
                return Ok(Some(fresh));
            }
        }
        Ok(None)
    }

    /// How many bytes of code the next region should have.
    pub(super) fn next_region(&self, options: &ArenaOptions) -> usize {
        let sizes = self.ledgers.iter().map(|ledger| ledger.region().code_size());
        let doubled = sizes.max().map_or(0, |largest| largest.saturating_mul(2));
        doubled.min(options.largest_region).max(options.first_region)
    }

    /// Notes code that can be executed.
    pub(super) fn insert(&mut self, address: CodeAddress, published: Published) {
        self.code += published.bytes;
        self.published.insert(address.0, published);
    }

    /// Notes that there is none at an address any more.
    pub(super) fn remove(&mut self, address: CodeAddress) -> Option<Published> {
        let published = self.published.remove(&address.0)?;
        self.code -= published.bytes;
        Some(published)
    }

    /// Whether there has been code in regions that a trim would give back.
    pub(super) fn forgets_code(&self) -> bool {
        self.ledgers.iter().any(|ledger| ledger.is_empty() && ledger.had_code())
    }

    /// What lies at an address.
    pub(super) fn place(&self, address: CodeAddress) -> Option<Place<'_>> {
        let mut parts = self.ledgers.iter().map(|ledger| ledger.region());
        let (region, part) = parts.find_map(|region| Some((region, region.part(address.0)?)))?;
        Some(match part {
            Part::Code { offset } => self.code_at(region.code_address(offset)),
            Part::Cells => Place::Cells,
            Part::Guard => Place::Guard,
        })
    }

    fn code_at(&self, address: CodeAddress) -> Place<'_> {
        let mut before = self.published.range(..=address.0);
        match before.next_back() {
            Some((&start, published)) if address.0 - start < published.bytes as u64 => {
                let offset = CodeOffset((address.0 - start) as usize);
                Place::Code { what: &published.what, offset }
            }
            _ => Place::Empty,
        }
    }

    /// How much memory there is, and how much of it is in use.
    pub(super) fn usage(&self) -> Usage {
        let ledgers = || self.ledgers.iter();
        Usage {
            regions: self.ledgers.len(),
            reserved: ledgers().map(|ledger| ledger.region().code_size()).sum(),
            populated: ledgers().map(Ledger::populated).sum(),
            free: ledgers().map(Ledger::free).sum(),
            pieces: self.published.len(),
            code: self.code,
        }
    }

    /// The regions, with what is free in them and what is code.
    pub(super) fn contents(&self) -> Vec<(Arc<Region>, Vec<Span>)> {
        let contents = self.ledgers.iter().map(|ledger| {
            let mut spans: Vec<Span> = ledger.free_spans().collect();
            let region = ledger.region();
            let (start, end) = (region.code_address(0).0, region.code_size() as u64);
            let published = self.published.range(start..start + end);
            spans.extend(published.map(|(address, Published { bytes, what })| Span {
                offset: (address - start) as i64,
                bytes: *bytes,
                kind: SpanKind::Code(Arc::clone(what)),
            }));
            (Arc::clone(region), spans)
        });
        contents.collect()
    }

    /// Gives empty regions back to the system.
    pub(super) fn trim(&mut self) -> Result<usize, ArenaError> {
        let mut bytes = 0;
        let empty = self.ledgers.extract_if(.., |ledger| ledger.is_empty());
        let empty: Vec<Ledger> = self.leftovers.drain(..).chain(empty).collect();
        let mut refused = Ok(());
        for mut ledger in empty {
            match ledger.release() {
                Ok(released) => bytes += released,
                Err(error) => {
                    self.keep(ledger);
                    refused = Err(error);
                }
            }
        }
        refused.map(|()| bytes)
    }

    /// Keeps a region that the system has not taken back, to be used if it can be.
    fn keep(&mut self, ledger: Ledger) {
        let addresses = ledger.region().addresses();
        if addresses.is_empty() {
            self.leftovers.push(ledger);
        } else {
            self.ledgers.push(ledger);
        }
    }
}
