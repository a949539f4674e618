//! The ways to have memory for code: that of chapters 2 and 3, a mapping for each
//! function, and the arena's. Chapter 4 of the book, "Payoff".
#![expect(unsafe_code, reason = "frees code that nobody has ever executed")]

use std::io;
use std::sync::Arc;

use ch02_stencils::CodeBuffer;
use ch04_executable_memory::{
    Arena, ArenaOptions, Batch, Code, FreeError, InUse, Named, NoRoots, Strategy, SystemPages,
};

/// What fills room without code: an instruction that stops an x86-64 processor.
const TRAP: u8 = 0xcc;

/// A way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Each function has a mapping of its own.
    MappingPerFunction,
    /// All are in an arena, and each is published before the next is written.
    OneByOne(Strategy),
    /// All are in an arena, and they are published together.
    InOneBatch(Strategy),
}

/// All ways.
pub(super) const ALL: [Way; 5] = [
    Way::MappingPerFunction,
    Way::OneByOne(Strategy::Flips),
    Way::InOneBatch(Strategy::Flips),
    Way::OneByOne(Strategy::DualMapping),
    Way::InOneBatch(Strategy::DualMapping),
];

/// Why there is nothing to measure.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    /// There is no memory for so many functions.
    #[error("no more than {published} functions: {reason}")]
    Publish {
        /// How many there were then.
        published: usize,
        /// What the system said.
        reason: io::Error,
    },
    /// Some code cannot be freed.
    #[error("{left} functions cannot be freed: {reason}")]
    Free {
        /// How many are left.
        left: usize,
        /// What the arena said.
        reason: InUse,
    },
    /// The kernel does not tell what is mapped.
    #[error("cannot read /proc/self/smaps: {0}")]
    Smaps(#[from] io::Error),
}

impl Way {
    /// Its name on the command line.
    pub(super) fn name(self) -> &'static str {
        match self {
            Way::MappingPerFunction => "mapping-per-function",
            Way::OneByOne(Strategy::Flips) => "flips-one-by-one",
            Way::InOneBatch(Strategy::Flips) => "flips-in-one-batch",
            Way::OneByOne(Strategy::DualMapping) => "dual-mapping-one-by-one",
            Way::InOneBatch(Strategy::DualMapping) => "dual-mapping-in-one-batch",
        }
    }

    /// Memory of this kind in which there is nothing yet, for so many functions.
    pub(super) fn memory(self, functions: usize) -> Memory {
        match self {
            Way::MappingPerFunction => Memory::Mappings(Vec::with_capacity(functions)),
            Way::OneByOne(strategy) | Way::InOneBatch(strategy) => {
                let options = ArenaOptions { strategy, ..ArenaOptions::new(TRAP) };
                Memory::Arena {
                    arena: Arena::new(Arc::new(SystemPages), options),
                    // The same for all, as chapter 3's functions have no names.
                    what: Arc::new(Named("function".to_owned())),
                    per_batch: if self == Way::OneByOne(strategy) { 1 } else { functions },
                    functions: Vec::with_capacity(functions),
                }
            }
        }
    }
}

/// Memory, and the functions in it.
#[derive(Debug)]
pub(super) enum Memory {
    Mappings(Vec<ch02_stencils::Code>),
    Arena { arena: Arc<Arena>, what: Arc<Named>, per_batch: usize, functions: Vec<Code> },
}

impl Memory {
    /// How many functions there are.
    pub(super) fn len(&self) -> usize {
        match self {
            Memory::Mappings(functions) => functions.len(),
            Memory::Arena { functions, .. } => functions.len(),
        }
    }

    /// Publishes so many functions with this code.
    pub(super) fn publish(&mut self, count: usize, code: &[u8]) -> Result<(), Refusal> {
        let published = match self {
            Memory::Mappings(functions) => map_each(functions, count, code),
            Memory::Arena { arena, what, per_batch, functions } => {
                (0..count).step_by(*per_batch).try_for_each(|first| {
                    let batch = write(arena.batch(), (count - first).min(*per_batch), code, what)?;
                    functions.extend(batch.publish()?);
                    Ok(())
                })
            }
        };
        published.map_err(|reason| Refusal::Publish { published: self.len(), reason })
    }

    /// Puts the functions into another order: code does not die in the order in which
    /// it was made.
    pub(super) fn shuffle(&mut self, random: &mut fastrand::Rng) {
        match self {
            Memory::Mappings(functions) => random.shuffle(functions),
            Memory::Arena { functions, .. } => random.shuffle(functions),
        }
    }

    /// Frees all functions.
    pub(super) fn free(&mut self) -> Result<(), Refusal> {
        match self {
            Memory::Mappings(functions) => functions.clear(),
            Memory::Arena { functions, .. } => {
                // SAFETY: nobody has executed any of it.
                let roots = unsafe { NoRoots::new() };
                while let Some(code) = functions.pop() {
                    let left = functions.len() + 1;
                    let refusal = |error: FreeError| Refusal::Free { left, reason: error.reason };
                    code.free(&roots).map_err(refusal)?;
                }
            }
        }
        Ok(())
    }
}

/// As chapter 3 does it.
fn map_each(functions: &mut Vec<ch02_stencils::Code>, count: usize, code: &[u8]) -> io::Result<()> {
    for _ in 0..count {
        let mut buffer = CodeBuffer::new(code.len())?;
        buffer.bytes_mut().copy_from_slice(code);
        functions.push(buffer.publish()?);
    }
    Ok(())
}

fn write(mut batch: Batch, count: usize, code: &[u8], what: &Arc<Named>) -> io::Result<Batch> {
    for _ in 0..count {
        let mut draft = batch.draft(code.len(), 1)?;
        draft.bytes_mut().copy_from_slice(code);
        draft.finish(Arc::<Named>::clone(what));
    }
    Ok(batch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_publishes_and_frees_the_functions_and_does_so_again() {
        for way in ALL {
            let mut memory = way.memory(100);
            for _ in 0..2 {
                memory.publish(100, &[1; 800]).unwrap();
                assert_eq!(memory.len(), 100, "{way:?}");
                memory.shuffle(&mut fastrand::Rng::with_seed(1));
                memory.free().unwrap();
                assert_eq!(memory.len(), 0, "{way:?}");
            }
        }
    }

    #[test]
    fn each_function_has_its_code() {
        for way in ALL {
            let mut memory = way.memory(3);
            memory.publish(3, b"code").unwrap();
            let is_there = match &memory {
                Memory::Mappings(functions) => functions.iter().all(|it| it.bytes() == b"code"),
                Memory::Arena { functions, .. } => functions.iter().all(|it| it.bytes() == b"code"),
            };
            assert!(is_there, "{way:?}");
            memory.free().unwrap();
        }
    }

    #[test]
    fn a_batch_has_all_functions_or_one() {
        let per_batch = |way: Way| match way.memory(100) {
            Memory::Mappings(_) => None,
            Memory::Arena { per_batch, .. } => Some(per_batch),
        };
        assert_eq!(ALL.map(per_batch), [None, Some(1), Some(100), Some(1), Some(100)]);
    }

    #[test]
    fn too_many_functions_are_refused_with_their_number() {
        let reason = io::Error::from_raw_os_error(12);
        let refusal = Refusal::Publish { published: 65_000, reason };
        let words = "no more than 65000 functions: Cannot allocate memory (os error 12)";
        assert_eq!(refusal.to_string(), words);
    }
}
