//! What a cache asks of a compiler. Chapter 5 of the book, "Somebody else compiles".

use std::fmt;
use std::hash::Hash;

use ch02_stencils::HoleKind;
use ch03_relocations::arch::Arch;
use ch03_relocations::link::{CodeMap, Image};
use ch04_executable_memory::Describe;

/// Makes code of what has a key: of functions, traces, or whatever is entered as a whole.
// ANCHOR: compiler
pub trait Compiler {
    /// What it compiles, by number or by name.
    type Key: Copy + Eq + Hash + fmt::Debug;
    /// The processor that it compiles for.
    type Arch: Arch;
    /// What is to be known of code when it is found again.
    type Function: Describe + 'static;
    /// Why something cannot be compiled.
    type Error;
    // ANCHOR_END: compiler

    // ANCHOR: compile
    /// Links the code of `key` into `image`: a step at least, at the first of which it is
    /// entered. `tokens`, which is empty, gets whatever the code takes for granted.
    ///
    /// # Errors
    /// When there cannot be such code.
    fn compile(
        &mut self,
        key: Self::Key,
        image: &mut Image<Self::Arch>,
        tokens: &mut Vec<Token>,
    ) -> Result<(), Self::Error>;
    // ANCHOR_END: compile

    /// What code is that lies as `map` says.
    fn describe(&self, key: Self::Key, map: CodeMap) -> Self::Function;

    /// The address that a symbol outside of the code has for `key`, the same at all steps.
    /// What differs from step to step is a number.
    fn outside(&self, key: Self::Key, symbol: HoleKind) -> u64;
}

/// Something that code may take for granted, and that may turn out otherwise: the cache
/// can then be told to [invalidate](super::CodeCache::invalidate) all code that does.
/// What it stands for is the compiler's business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(pub u64);
