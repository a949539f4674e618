//! Stencils: Clang compiles each operation of the VM once, as a C function with
//! holes in it; a JIT copies the result and fills the holes in. The same C is an
//! interpreter. Chapter 2 of the book explains it, in the order of these modules.

// The mechanism, for any language.
mod mechanism;

// The language of chapter 1.
pub mod driver;

pub use driver::{InterpreterC, Jit, StencilJit};
pub use mechanism::{
    Clang, ClangError, Code, CodeAddress, CodeBuffer, CodeOffset, Excerpt, ExtractError, Hole,
    HoleKind, HoleProblem, Inventory, Stencil, StencilId, StencilLibrary, StencilProblem,
    SymbolProblem, SymbolTable, TableProblem, Target, TranslationUnit, dissect, extract,
    find_source, listing, object_file,
};
