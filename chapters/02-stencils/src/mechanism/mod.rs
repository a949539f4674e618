//! The mechanism: from an object file to stencils, from stencils to code. It
//! knows no language, no opcode and no value; the driver beside it, an example
//! and later chapters tell it what it needs.

mod clang;
mod symbols;
mod stencil;
pub mod object_file;
mod extract;
mod code;
pub mod listing;
mod anatomy;

pub use anatomy::{Excerpt, dissect, find_source};
pub use clang::{Clang, ClangError, TranslationUnit};
pub use code::{Code, CodeAddress, CodeBuffer, CodeOffset};
pub use extract::{
    ExtractError, HoleProblem, Inventory, StencilProblem, SymbolProblem, TableProblem, extract,
};
pub use stencil::{Hole, Stencil, StencilId, StencilLibrary, Target};
pub use symbols::{HoleKind, SymbolTable};
