//! From an object file to functions made of blocks. Chapter 2's reader takes a
//! function for one piece; here it is as many as the compiler made of it, each a
//! section. More kinds of relocations are holes, and code may have constants. As
//! there, whatever else is in the object is an error. Chapter 3 of the book, "A
//! block is a section".

mod error;
mod parts;
mod constants;
mod hole;
mod block;

pub use error::{BlockProblem, ConstantsProblem, HoleProblem, ReadError};

use ch02_stencils::object_file::ObjectFile;
use ch02_stencils::{ExtractError, StencilId};

use self::block::Reader;
use self::constants::Constants;
use self::parts::Parts;
use super::arch::Arch;
use super::graph::{Function, Object};
use super::symbols::Symbols;

/// Reads an object file, whose functions may refer to the given symbols.
///
/// # Errors
/// When this is not an object file that can be read; or when anything is in it
/// that is neither a block of a function, nor a constant, nor a data table from the
/// list of symbols.
pub fn read<A: Arch>(bytes: &[u8], symbols: &Symbols) -> Result<Object, ReadError> {
    read_with_care::<A>(bytes, symbols, Care::Suspicious)
}

/// Reads an object file that [`read`] has read before, without an error: its code is
/// not disassembled again, which takes longer than all else.
///
/// # Errors
/// As `read`; but code that is none is not noticed.
pub fn read_trusted<A: Arch>(bytes: &[u8], symbols: &Symbols) -> Result<Object, ReadError> {
    read_with_care::<A>(bytes, symbols, Care::Trusting)
}

/// Whether code is disassembled, to see that it is code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Care {
    Suspicious,
    Trusting,
}

fn read_with_care<A: Arch>(
    bytes: &[u8],
    symbols: &Symbols,
    care: Care,
) -> Result<Object, ReadError> {
    let file = ObjectFile::parse(bytes).map_err(ExtractError::Object)?;
    let parts = Parts::take(&file, symbols)?;
    let mut constants = Constants::default();
    let mut functions = Vec::with_capacity(parts.outlines().len());
    for (id, outline) in parts.outlines().iter().enumerate() {
        let function = StencilId(id as u16);
        let mut reader = Reader { parts: &parts, function, constants: &mut constants, care };
        let blocks = outline.sections.iter().map(|&section| reader.block::<A>(section));
        let blocks = blocks.collect::<Result<_, _>>()?;
        functions.push(Function { name: outline.name.to_owned(), blocks });
    }
    parts.check_that_nothing_is_left()?;
    if functions.is_empty() {
        return Err(ExtractError::NoStencil.into());
    }
    Ok(Object { functions, constants: constants.into_list(), tables: parts.tables()? })
}
