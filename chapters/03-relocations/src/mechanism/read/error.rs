//! Why an object file does not become functions made of blocks. Chapter 3 of the
//! book, "A block is a section".

use ch02_stencils::object_file::RelocationType;
use ch02_stencils::{ExtractError, SymbolProblem};

use super::super::arch::ParseError;

/// Why there are no functions to be had from a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Chapter 2's reader would not take it either.
    #[error(transparent)]
    Extract(#[from] ExtractError),
    /// A part of a function cannot become a block.
    #[error("block {block} {problem}")]
    Block {
        /// Its name in backticks, or the number of its section.
        block: String,
        /// Why not.
        problem: BlockProblem,
    },
    /// A relocation cannot become a hole.
    #[error("the hole of block {block} at {offset:#x}, for symbol {symbol}, {problem}")]
    Hole {
        /// Whose it is: a name in backticks, or the number of a section.
        block: String,
        /// Where it begins, in bytes from the start of the block.
        offset: u64,
        /// The symbol's name in backticks, or its number where it has none.
        symbol: String,
        /// Why not.
        problem: HoleProblem,
    },
    /// A section of constants cannot be taken apart.
    #[error("the constants in section `{section}` {problem}")]
    Constants {
        /// Its name.
        section: String,
        /// Why not.
        problem: ConstantsProblem,
    },
}

/// Why a part of a function cannot become a block; begins with a verb.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BlockProblem {
    /// Its section has other bytes as well.
    #[error("is not the whole of section `{section}`; compile with -fbasic-block-sections=all")]
    Part {
        /// Where it is.
        section: String,
    },
    /// It is nobody's.
    #[error("can be reached from no function: if it is one, give it a name that is not `static`")]
    Unreachable,
    /// It wants a place of its own choice.
    #[error(
        "wants to begin at a multiple of {alignment} bytes, but it goes wherever there is room"
    )]
    Alignment {
        /// What its address should be a multiple of.
        alignment: u64,
    },
    /// Its code is not understood.
    #[error(transparent)]
    Parse(#[from] ParseError),
    /// Where its behaviour is undefined, Clang may leave code without an end.
    #[error(
        "runs on into what comes behind it: look for undefined behaviour, after which a compiler writes nothing more"
    )]
    FallThrough,
}

/// Why a relocation cannot become a hole; begins with a verb.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HoleProblem {
    /// Nobody knows its value, or it has another size.
    #[error("is {0}, which cannot be filled; {cure}", cure = cure_for(*.0))]
    Type(RelocationType),
    /// It is longer than what is left of the block.
    #[error("ends outside of the block, which has {size} bytes")]
    OutOfBounds {
        /// How many bytes the block has.
        size: usize,
    },
    /// It has bytes in common with the hole before it.
    #[error("begins within the hole before it")]
    Overlap,
    /// There is something in it.
    #[error("is not empty: what to add to a value belongs into the relocation, not into the code")]
    NotEmpty,
    /// Nobody has a value for its symbol.
    #[error("cannot be filled: the symbol {0}")]
    Symbol(SymbolProblem),
    /// Its symbol is another function.
    #[error("is for another function of the object; have that inlined")]
    Function,
    /// Its symbol is a block that two functions would have.
    #[error("is for a block that function `{function}` goes to as well; each needs its own")]
    Shared {
        /// Whose block it is.
        function: String,
    },
    /// A linker that moves blocks knows where each begins, and no more.
    #[error("is for a place within a block, where nothing can be found after linking")]
    Inside,
    /// Constants, too, are moved one by one.
    #[error("is for a place outside of the constant that its symbol stands for")]
    OutsideOfConstant,
    /// There are slots for symbols of the driver only.
    #[error("is for a slot with an address of this object; compile with -fno-pic")]
    Slot,
    /// It would read what is beside the slot.
    #[error("is for bytes beside the slot with the symbol's address")]
    BesideSlot,
    /// Where a block goes on has to be known.
    #[error("is a jump's, which can only go to the start of a block, or to a symbol")]
    Jump,
}

/// Why a section of constants cannot be taken apart; begins with a verb.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConstantsProblem {
    /// They are too long.
    #[error("have {size} bytes each, and no register has more than {limit}")]
    Size {
        /// How many bytes each has.
        size: u64,
        /// How many it may have.
        limit: u64,
    },
    /// The last one is not complete.
    #[error("end within the last one: the file is damaged")]
    Incomplete,
    /// They want a place of their own choice.
    #[error("want to begin at a multiple of {alignment} bytes; {limit} is the most there is")]
    Alignment {
        /// What their address should be a multiple of.
        alignment: u64,
        /// What it can be a multiple of.
        limit: u64,
    },
    /// Some of their bytes are not known yet.
    #[error("have the address of symbol {symbol} in them; a constant can only have numbers")]
    Address {
        /// The symbol's name in backticks, or its number where it has none.
        symbol: String,
    },
}

/// What keeps the compiler from using a type of relocation, as a clause.
fn cure_for(kind: RelocationType) -> &'static str {
    let name = kind.name().unwrap_or_default();
    let has = |part| name.contains(part);
    if has("TPOFF") || has("DTP") || has("TLS") {
        "stencils cannot have thread-local variables"
    } else if has("GOT") || has("PLTOFF") {
        "compile with -fno-pic and -mcmodel=medium"
    } else {
        "compile with -mcmodel=medium"
    }
}
