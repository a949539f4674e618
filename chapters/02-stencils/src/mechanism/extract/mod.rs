//! From an object file to stencils: each function becomes one, each relocation
//! in it a hole. What an object may be made of is narrow here, on purpose: one
//! kind of relocation, one section a function, no data but for the tables that
//! the driver asks for. Whatever else is in the object is an error, so that no
//! code runs without something that it needs. Chapter 2 of the book, "Reading
//! an object file".

mod error;
mod symbol;
mod inventory;
mod hole;

pub use error::{ExtractError, HoleProblem, StencilProblem, SymbolProblem, TableProblem};
pub use inventory::Inventory;

use super::object_file::ObjectFile;
use super::stencil::{Stencil, StencilLibrary};
use super::symbols::SymbolTable;

// ANCHOR: extract
/// Reads an object file, in which stencils may refer to each other and to the
/// given symbols.
///
/// # Errors
/// When this is not an object file that can be read; or when anything is in it
/// that is neither a stencil nor a data table from the list of symbols.
pub fn extract(bytes: &[u8], symbols: &SymbolTable) -> Result<StencilLibrary, ExtractError> {
    let object = ObjectFile::parse(bytes)?;
    let inventory = Inventory::take(&object, symbols)?;
    let mut stencils = Vec::with_capacity(inventory.stencils().len());
    for (name, section) in inventory.stencils() {
        let holes = hole::holes(name, section, &inventory)?;
        let code = section.bytes.to_vec();
        stencils.push(Stencil { name: name.to_owned(), code, holes });
    }
    inventory.check_that_nothing_is_left()?;
    if stencils.is_empty() {
        return Err(ExtractError::NoStencil);
    }
    Ok(StencilLibrary::new(stencils, inventory.tables()?))
}
// ANCHOR_END: extract
