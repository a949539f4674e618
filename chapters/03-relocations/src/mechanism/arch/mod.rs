//! What differs from processor to processor: how a relocation is computed, how a
//! block ends, what a jump looks like, how far it gets. Chapter 3 of the book,
//! "Every relocation".

use std::ops::Range;

use std::fmt;

use ch02_stencils::object_file::RelocationType;

pub mod x86_64;

pub use x86_64::X86_64;

/// How the value that goes into a hole is computed. In the notation of the ABI
/// documents S is the value of the symbol, A the addend, P the address of the hole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Formula {
    /// S + A, in 8 bytes.
    Word,
    /// S + A, in 4 bytes that the processor extends with zeros.
    Unsigned,
    /// S + A, in 4 bytes that the processor extends with the sign.
    Signed,
    /// S + A - P, in 4 bytes that the processor extends with the sign.
    Distance,
    /// L + A - P, in 4 bytes as above: L is S, or a veneer that leads to S.
    Call,
    /// G + A - P, in 4 bytes as above: at G there are 8 bytes with the value S.
    Slot,
}

impl Formula {
    /// How many bytes the value has.
    #[must_use]
    pub fn size(self) -> usize {
        match self {
            Self::Word => 8,
            _ => 4,
        }
    }
}

impl fmt::Display for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Word => "S + A",
            Self::Unsigned => "S + A, unsigned",
            Self::Signed => "S + A, signed",
            Self::Distance => "S + A - P",
            Self::Call => "L + A - P",
            Self::Slot => "G + A - P",
        })
    }
}

/// A condition of a branch, as the processor numbers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Condition(pub u8);

/// How far a jump can get.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// As far as the shortest form of the instruction.
    Short,
    /// As far as the longer one.
    Long,
}

/// A jump without its distance: the bytes of the instruction, at the end of which
/// the distance goes, counted from the end of the instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JumpCode {
    /// The bytes before the distance.
    pub opcode: &'static [u8],
    /// How many bytes the distance has: 1 or 4.
    pub distance: usize,
}

/// The hole of an instruction that no longer needs a slot; the addend stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relaxed {
    /// How its value is computed now.
    pub formula: Formula,
    /// Where it begins now.
    pub hole: usize,
}

/// A processor. All functions are pure; nothing here knows where code will lie.
pub trait Arch {
    /// How to compute a relocation of this type; `None` for all that cannot be had
    /// in code that a JIT puts together, or that are unknown.
    fn formula(kind: RelocationType) -> Option<Formula>;

    /// Writes the value of a relocation to its place.
    ///
    /// `s`, `a` and `p` are those of the formula, `p` being the address of `place`.
    /// For a [slot](Formula::Slot), which the caller has filled, `s` is the address
    /// of the slot.
    ///
    /// # Errors
    /// When the place has no room for the value.
    ///
    /// # Panics
    /// When `place` has not the [size](Formula::size) of the formula.
    fn apply(formula: Formula, place: &mut [u8], s: u64, a: i64, p: u64) -> Result<(), Overflow>;

    /// Takes apart the code of a block.
    ///
    /// `holes` are the bytes that relocations are for.
    ///
    /// # Errors
    /// When the bytes are no instructions, a hole is not exactly an operand of one,
    /// or an instruction refers to a place that is not in the block.
    fn parse(code: &[u8], holes: &[Range<usize>]) -> Result<Parsed, ParseError>;

    /// The same, in less time, for code that [`parse`](Self::parse) has taken apart
    /// before, without an error. For other code the result means nothing.
    fn glance(code: &[u8], holes: &[Range<usize>]) -> Parsed;

    /// Turns an instruction that gets an address from a slot (GOT) into one of the
    /// same length that has the address itself, if there is one: for symbols that
    /// are near. `hole` is the offset of the relocation, and `addend` what it adds.
    /// Where there is none, the code stays as it is.
    fn relax(kind: RelocationType, code: &mut [u8], hole: usize, addend: i64) -> Option<Relaxed>;

    /// The opposite of a condition.
    fn invert(condition: Condition) -> Condition;

    /// A jump, on a condition or always.
    fn jump(condition: Option<Condition>, reach: Reach) -> JumpCode;

    /// The byte that room without code is filled with: whoever jumps there is stopped.
    const TRAP: u8;

    /// How many bytes a veneer has.
    const VENEER_SIZE: usize;

    /// Writes a veneer, code that does nothing but jump to `target`.
    ///
    /// # Panics
    /// When `place` has not the size of one.
    fn write_veneer(place: &mut [u8], target: u64);
}

/// What is in the code of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// How it ends.
    pub end: ParsedEnd,
    /// Whether there is a call in it, or a return: a way out of the code that the
    /// linker puts together. (A jump through a register is none.)
    pub leaves: bool,
}

/// The jumps at the end of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParsedEnd {
    /// None that could be moved: a return, a jump through a register, a trap.
    Stop,
    /// A jump, of which the hole is here; all from `start` on is the jump.
    Jump {
        /// Where the instruction begins.
        start: usize,
        /// Where its hole begins.
        hole: usize,
    },
    /// A branch and a jump behind it.
    Branch {
        /// Where the branch begins.
        start: usize,
        /// Its condition.
        condition: Condition,
        /// Where the branch's hole begins.
        taken: usize,
        /// Where the jump's hole begins.
        otherwise: usize,
    },
    /// The code goes on behind its last byte.
    FallThrough,
}

/// Why the code of a block could not be taken apart; begins with a verb.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// Some bytes are no instruction.
    #[error("has bytes at {offset:#x} that are no instruction")]
    NoInstruction {
        /// Where they begin.
        offset: usize,
    },
    /// A relocation is not for an operand of an instruction.
    #[error("has a hole at {offset:#x} that is no operand of an instruction")]
    NoOperand {
        /// Where the hole begins.
        offset: usize,
    },
    /// An instruction counts on the place of something that may go elsewhere.
    #[error("has an instruction at {offset:#x} that refers to a place outside of the block")]
    Outside {
        /// Where the instruction begins.
        offset: usize,
    },
}

/// A value that its place has no room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the value {} is not from {} to {}", hex(*.value), hex(*.min), hex(*.max))]
pub struct Overflow {
    /// The value, as a number with or without a sign like the range.
    pub value: i128,
    /// The least value that there is room for.
    pub min: i128,
    /// The greatest one.
    pub max: i128,
}

fn hex(number: i128) -> String {
    let sign = if number < 0 { "-" } else { "" };
    format!("{sign}{:#x}", number.unsigned_abs())
}
