//! Why an object file does not become stencils.

use super::super::object_file::{ObjectError, RelocationType, cure};

/// Why there are no stencils to be had from a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExtractError {
    /// It cannot be read at all.
    #[error(transparent)]
    Object(#[from] ObjectError),
    /// There is none in it.
    #[error("there is no stencil in the object: no function that is not `static`")]
    NoStencil,
    /// There are more than numbers for them.
    #[error("the object has {count} stencils, and there are numbers for {}", u16::MAX)]
    TooMany {
        /// How many there are.
        count: usize,
    },
    /// A name would be ambiguous.
    #[error("two symbols are called `{name}`: the file is damaged")]
    SameName {
        /// The name.
        name: String,
    },
    /// A function cannot become a stencil.
    #[error("stencil `{stencil}` {problem}")]
    Stencil {
        /// Its name.
        stencil: String,
        /// Why not.
        problem: StencilProblem,
    },
    /// A relocation cannot become a hole.
    #[error("the hole of stencil `{stencil}` at {offset:#x}, for symbol {symbol}, {problem}")]
    Hole {
        /// Whose it is.
        stencil: String,
        /// Where it begins, in bytes from the start of the stencil.
        offset: u64,
        /// The symbol's name in backticks, or its number where it has none.
        symbol: String,
        /// Why not.
        problem: HoleProblem,
    },
    /// The driver cannot get a data table.
    #[error("data table `{table}` {problem}")]
    Table {
        /// Its name.
        table: String,
        /// Why not.
        problem: TableProblem,
    },
    /// A symbol has no place among stencils, though none refers to it.
    #[error("symbol {symbol} {problem}")]
    Symbol {
        /// Its name in backticks, or its number where it has none.
        symbol: String,
        /// Why not.
        problem: SymbolProblem,
    },
    /// There is code that is no stencil's.
    #[error("the code in section `{section}` belongs to no stencil: give it a function's name")]
    Code {
        /// Where it is.
        section: String,
    },
    /// There is data without a symbol.
    #[error("section `{section}` has data, of which stencils have none; {}", cure(section))]
    Data {
        /// Where it is.
        section: String,
    },
    /// There is something that is neither code nor data.
    #[error("section `{section}` is not known here; {}", cure(section))]
    Section {
        /// Its name.
        section: String,
    },
}

/// Why a function cannot become a stencil; begins with a verb.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StencilProblem {
    /// It is among data.
    #[error("is in section `{section}`, which is not for code")]
    NotCode {
        /// Where it is.
        section: String,
    },
    /// Its section has other bytes as well.
    #[error("is not the whole of section `{section}`; compile with -ffunction-sections")]
    Part {
        /// Where it is.
        section: String,
    },
    /// It is another stencil, too.
    #[error("is the same code as `{other}`; have no aliases")]
    Shared {
        /// The other stencil.
        other: String,
    },
    /// Where its behaviour is undefined, Clang may leave a function without code.
    #[error("has no code: whoever goes on there would run into what comes behind it")]
    Empty,
    /// It wants a place of its own choice.
    #[error(
        "wants to begin at a multiple of {alignment} bytes, but a stencil is copied to wherever the one before it ends"
    )]
    Alignment {
        /// What its address should be a multiple of.
        alignment: u64,
    },
}

/// Why a relocation cannot become a hole; begins with a verb.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HoleProblem {
    /// Its value is computed in another way, or has another size.
    #[error("is {0}, and only R_X86_64_64 can be filled; {cure}", cure = cure_for(*.0))]
    Type(RelocationType),
    /// It is longer than what is left of the stencil.
    #[error("ends outside of the stencil, which has {size} bytes")]
    OutOfBounds {
        /// How many bytes the stencil has.
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
}

/// Why the driver cannot get a data table; begins with a verb.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableProblem {
    /// It does not exist.
    #[error("is not in the object")]
    Missing,
    /// It could change.
    #[error("is in section `{section}`, which is not for constant data; declare it `const`")]
    NotConstant {
        /// Where it is.
        section: String,
    },
    /// Its section has other bytes as well.
    #[error("is not the whole of section `{section}`; compile with -fdata-sections")]
    Part {
        /// Where it is.
        section: String,
    },
    /// It is another table, too.
    #[error("is the same data as `{other}`; have no aliases")]
    Shared {
        /// The other table.
        other: String,
    },
    /// Some of its bytes are not known yet.
    #[error("has the address of symbol {symbol} in it; a table can only have numbers")]
    Address {
        /// The symbol's name in backticks, or its number where it has none.
        symbol: String,
    },
}

/// What keeps a symbol out of stencils; begins with a verb.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SymbolProblem {
    /// The driver does not know it.
    #[error("is undefined, and not one of those that the driver fills in")]
    NotSupplied,
    /// It is data, which nobody loads.
    #[error("is data in section `{section}`, and the driver did not ask for such a table")]
    Data {
        /// Where it is.
        section: String,
    },
    /// It is a data table of the driver's, which nobody loads either.
    #[error("is a data table, which only the driver can read")]
    Table,
    /// It is a section: how compilers refer to what has no symbol of its own.
    #[error(
        "is a section of the object: something `static`, a constant without a name, or the table of a `switch` (-fno-jump-tables)"
    )]
    Section,
    /// It is what the source file is called.
    #[error("is the name of a source file")]
    File,
    /// The relocation has none.
    #[error("is missing")]
    None,
    /// It is local to the object.
    #[error("is local; leave out `static`, or have the function inlined everywhere")]
    Local,
    /// Another object could define it again.
    #[error("is weak: it might be replaced, but nobody would do that")]
    Weak,
    /// Each thread has its own.
    #[error("is a thread-local variable, which stencils cannot have")]
    ThreadLocal,
    /// A linker would have to find room for it.
    #[error("is data that a linker would allocate, and there is no linker")]
    Common,
    /// It is a number.
    #[error("is a fixed address; a driver can fill in such a value")]
    Absolute,
    /// A dynamic linker is not to see it.
    #[error("is hidden from a dynamic linker, and there is none; leave out the visibility")]
    Hidden,
    /// It is a label, or something else that is not a function and not data.
    #[error("is defined here, but neither as a function nor as data")]
    Untyped,
    /// It has no name.
    #[error("has no name: the file is damaged")]
    Nameless,
}

/// What keeps the compiler from using a type of relocation, as a clause.
fn cure_for(kind: RelocationType) -> &'static str {
    let name = kind.name().unwrap_or_default();
    let has = |part| name.contains(part);
    if has("TPOFF") || has("DTP") || has("TLS") {
        "stencils cannot have thread-local variables"
    } else if has("GOT") || has("PLTOFF") {
        "compile with -fno-pic and -mcmodel=large"
    } else {
        "compile with -mcmodel=large"
    }
}
