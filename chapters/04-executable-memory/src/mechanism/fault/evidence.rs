//! What is known of a fault. Chapter 4 of the book, "Last words".

use nix::sys::signal::Signal;

/// What the processor says of a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) signal: Signal,
    /// The instruction that caused it.
    pub(super) pc: u64,
    /// The stack pointer.
    pub(super) stack: u64,
    /// What could not be accessed, if it was that.
    pub(super) access: Option<Access>,
}

/// An access to memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Access {
    pub(super) kind: AccessKind,
    pub(super) address: u64,
}

/// What an access was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AccessKind {
    /// To read data, or to write it, if the processor says which.
    Data { writes: Option<bool> },
    /// To get an instruction.
    Execute,
}

/// What the watched arenas say of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sighting<'a> {
    /// It is in no arena.
    Elsewhere,
    /// They do not say: somebody is at the books.
    Unknown,
    /// It is in published code, of which this is the description.
    Code(&'a str),
    /// It is in room for code, but not in code.
    Empty,
    /// It is in room for cells.
    Cells,
    /// It is in a guard page.
    Guard,
}

/// An address on top of the stack that leads back to published code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Caller<'a> {
    /// The last byte of what may be a call.
    pub(super) address: u64,
    pub(super) description: &'a str,
}

/// A fault, and what lies where.
#[derive(Clone, Copy, Debug)]
pub(super) struct Evidence<'a> {
    pub(super) fault: Fault,
    /// At the instruction.
    pub(super) pc: Sighting<'a>,
    /// At the address that was accessed.
    pub(super) address: Sighting<'a>,
    pub(super) caller: Option<Caller<'a>>,
}

impl Fault {
    /// Whether the processor went to where it may not execute.
    pub(super) fn is_jump(&self) -> bool {
        self.access.is_some_and(|access| access.kind == AccessKind::Execute)
    }
}

impl Evidence<'_> {
    /// Whether it has to do with the arenas, or may have.
    pub(super) fn is_of_interest(&self) -> bool {
        let is_theirs = |sighting| sighting != Sighting::Elsewhere;
        is_theirs(self.pc) || is_theirs(self.address) || self.caller.is_some()
    }
}
