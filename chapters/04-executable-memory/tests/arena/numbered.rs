//! Functions that return a number of their own, in machine code written by hand.
#![expect(unsafe_code, reason = "calls what was published, and says that nobody else does")]

use std::ops::Range;
use std::sync::Arc;

use ch02_stencils::CodeOffset;
use ch04_executable_memory::{
    Arena, ArenaError, ArenaOptions, Batch, Code, InUse, Named, NoRoots, PageSource, Strategy,
    SystemPages,
};

/// What stops whoever executes it: `int3`.
pub(crate) const TRAP: u8 = 0xcc;

/// Each way to make code executable.
pub(crate) const BOTH: [Strategy; 2] = [Strategy::DualMapping, Strategy::Flips];

/// How many bytes the shortest function has.
pub(crate) const SHORTEST: usize = 6;

/// A function that returns its number. Nobody but [`call`](Self::call) executes it.
#[derive(Debug)]
pub(crate) struct Numbered {
    code: Code,
    number: u32,
}

/// Functions that are being written.
pub(crate) struct Numbers {
    batch: Batch,
    numbers: Vec<u32>,
}

/// Options for a strategy.
pub(crate) fn options(strategy: Strategy) -> ArenaOptions {
    ArenaOptions { strategy, ..ArenaOptions::new(TRAP) }
}

/// An arena on this system.
pub(crate) fn arena(strategy: Strategy) -> Arc<Arena> {
    arena_on(Arc::new(SystemPages), strategy)
}

/// An arena on another one.
pub(crate) fn arena_on(pages: Arc<dyn PageSource>, strategy: Strategy) -> Arc<Arena> {
    Arena::new(pages, options(strategy))
}

/// Publishes a function alone.
pub(crate) fn publish(
    arena: &Arc<Arena>,
    number: u32,
    bytes: usize,
) -> Result<Numbered, ArenaError> {
    let mut numbers = Numbers::new(arena);
    numbers.add(number, bytes, 16)?;
    Ok(numbers.publish()?.remove(0))
}

/// So many `nop`, then `mov eax, number; ret`.
pub(crate) fn machine_code(number: u32, bytes: usize) -> Vec<u8> {
    let mut code = vec![0x90; bytes - SHORTEST];
    code.push(0xb8);
    code.extend(number.to_le_bytes());
    code.push(0xc3);
    code
}

impl Numbers {
    pub(crate) fn new(arena: &Arc<Arena>) -> Numbers {
        Numbers { batch: arena.batch(), numbers: Vec::new() }
    }

    /// Adds a function; tells where it will be.
    pub(crate) fn add(
        &mut self,
        number: u32,
        bytes: usize,
        alignment: usize,
    ) -> Result<u64, ArenaError> {
        let mut draft = self.batch.draft(bytes, alignment)?;
        draft.bytes_mut().copy_from_slice(&machine_code(number, bytes));
        let address = draft.address();
        draft.finish(Arc::new(Named(format!("returns {number}"))));
        self.numbers.push(number);
        Ok(address.0)
    }

    pub(crate) fn publish(self) -> Result<Vec<Numbered>, ArenaError> {
        let code = self.batch.publish()?;
        assert_eq!(code.len(), self.numbers.len(), "all that is finished is published");
        let functions = code.into_iter().zip(self.numbers);
        Ok(functions.map(|(code, number)| Numbered { code, number }).collect())
    }
}

impl Numbered {
    /// Calls it.
    pub(crate) fn call(&self) -> u32 {
        // SAFETY: `Numbers::add` has written such a function, which jumps nowhere.
        unsafe { self.code.function::<extern "C" fn() -> u32>(CodeOffset(0))() }
    }

    /// Panics unless it is there as it was written, and returns its number.
    pub(crate) fn assert_works(&self) {
        let bytes = self.code.bytes();
        assert!(bytes == machine_code(self.number, bytes.len()), "{self:?} was written to");
        assert_eq!(self.call(), self.number, "{self:?}");
    }

    /// Where it is.
    pub(crate) fn addresses(&self) -> Range<u64> {
        let start = self.code.address(CodeOffset(0)).0;
        start..start + self.code.bytes().len() as u64
    }

    /// Frees it.
    pub(crate) fn free(self) -> Result<(), (Numbered, InUse)> {
        // SAFETY: it is executed only where it is borrowed.
        let nobody = unsafe { NoRoots::new() };
        let number = self.number;
        self.code
            .free(&nobody)
            .map_err(|error| (Numbered { code: error.code, number }, error.reason))
    }

    /// The code alone: nobody executes it any more.
    pub(crate) fn into_code(self) -> Code {
        self.code
    }

    /// Drops it. What is left can be called for ever.
    pub(crate) fn abandon(self) -> extern "C" fn() -> u32 {
        // SAFETY: as in `call`; code that is dropped stays.
        unsafe { self.code.function(CodeOffset(0)) }
    }
}

/// Frees code that has never been executed.
pub(crate) fn free(code: Code) {
    // SAFETY: it never will be.
    let nobody = unsafe { NoRoots::new() };
    code.free(&nobody).expect("nobody is in the way");
}
