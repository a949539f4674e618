//! Builds the book and checks it.
//!
//! A page says `{{#code …}}` or `{{#recorded …}}` where it needs code of the
//! tree or what a command prints; this crate puts it there, as a preprocessor
//! of mdBook, and then holds the finished book against what mdBook lets pass.
//! It depends on no chapter and runs their programs as a reader would.
//! Suggested reading order: the modules as they stand here.

pub mod place;

pub mod anchor;
pub mod directive;
pub mod measurements;
pub mod recording;
pub mod strip;

pub mod expansion;
pub mod preprocessor;
pub mod render;
pub mod serve;

pub mod browser;
pub mod check;

pub use crate::place::Place;
