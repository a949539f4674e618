//! What an engine has to be so that the bench can time how it compiles. Chapter 3
//! of the book measures with it.

use std::fmt;

use crate::Refusal;

/// A compiler with the programs that it compiles, again and again.
pub trait Compiler {
    /// The kinds of memory that it can compile to; there is one at least.
    fn memories(&self) -> &'static [Memory];

    /// Compiles all functions of all programs once, to code that could be run. This
    /// is what is timed.
    ///
    /// # Errors
    /// A [`Refusal`] when there is no memory, or a program cannot be compiled.
    fn compile(&mut self, memory: Memory) -> Result<Compiled, Refusal>;

    /// Lets go of what was compiled last. This is not timed, because a program keeps
    /// its code. A compiler that keeps nothing has nothing to do.
    fn discard(&mut self) {}
}

/// Where code is written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    /// Memory that has been written before, and is used again.
    Warm,
    /// Fresh pages, which the system supplies when they are written.
    Cold,
}

/// What one compilation came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compiled {
    /// How many functions there were. The body of a module is one.
    pub functions: u64,
    /// How many instructions they had.
    pub bytecodes: u64,
    /// Bytes of machine code on the usual path.
    pub hot_bytes: u64,
    /// Bytes of machine code aside from it; none, if the two are not kept apart.
    pub cold_bytes: u64,
}

impl fmt::Display for Memory {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Memory::Warm => "warm",
            Memory::Cold => "cold",
        })
    }
}
