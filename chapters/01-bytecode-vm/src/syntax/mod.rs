//! From text to a syntax tree that obeys Python's rules. The parser is Ruff's;
//! chapter 1 of the book says why we did not write one.

mod nesting;
mod parse;
mod blame;
mod rules;

pub(crate) use parse::with_tree;
