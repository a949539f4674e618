//! What is read from an object before anything is laid out: functions as blocks
//! that know where they go on. Chapter 3 of the book, "A block is a section".

use ch02_stencils::HoleKind;

use super::arch::{Condition, Formula};

/// All that an object file has for a linker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its functions, in the order of the file.
    pub functions: Vec<Function>,
    /// The constants that functions refer to.
    pub constants: Vec<Constant>,
    /// The data tables that the driver asked for, by name.
    pub tables: Vec<(String, Vec<u8>)>,
}

/// A function as a graph of basic blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name in C.
    pub name: String,
    /// Its blocks in the order in which the compiler laid them out. The first one
    /// is where it is entered. Each can be reached from there.
    pub blocks: Vec<Block>,
}

/// Which block of its function it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlockId(pub u32);

/// Which constant of its object it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConstantId(pub u32);

// ANCHOR: block
/// Instructions that are executed from the first to the last, and then go on
/// elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The machine code without the jumps at its end. Holes have zeros.
    pub code: Vec<u8>,
    /// The holes in the code, by offset; they do not overlap.
    pub holes: Vec<RawHole>,
    /// Where it goes on.
    pub end: End,
    /// Whether there is a call in it, or a return: a way out of the code that the
    /// linker puts together. (A jump through a register is none.)
    pub leaves: bool,
}
// ANCHOR_END: block

// ANCHOR: end
/// How a block ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// With what is in its code: a return, a jump through a register, a trap.
    Stop,
    /// It always goes on there.
    Jump(Successor),
    /// It goes on in one of two places.
    Branch {
        /// When this is true,
        condition: Condition,
        /// then here;
        taken: Successor,
        /// else here.
        otherwise: Successor,
    },
}
// ANCHOR_END: end

/// Where a block goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Successor {
    /// In another block of the function.
    Block(BlockId),
    /// In code that a symbol stands for.
    Symbol(HoleKind),
}

/// A place in the code of a block that a value goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawHole {
    /// Where it begins, in bytes from the start of the block.
    pub offset: u32,
    /// How the value is computed, and how many bytes it has.
    pub formula: Formula,
    /// What it is computed from.
    pub target: RawTarget,
    /// What is added.
    pub addend: i64,
}

impl RawHole {
    /// The block that it refers to, if it does.
    pub(super) fn block(&self) -> Option<BlockId> {
        match self.target {
            RawTarget::Block(block) => Some(block),
            RawTarget::Symbol(_) | RawTarget::Constant(_) => None,
        }
    }
}

/// What the value of a hole is computed from: the S of the ABI's formulas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RawTarget {
    /// The value of a symbol.
    Symbol(HoleKind),
    /// The address of a block of the same function.
    Block(BlockId),
    /// The address of a constant.
    Constant(ConstantId),
}

/// Bytes that never change, and that code reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constant {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Its address is a multiple of this, a power of two of at most 64.
    pub alignment: u32,
}
