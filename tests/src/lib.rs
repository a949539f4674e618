//! The programs that every chapter runs, and what runs and compares them.
//!
//! This crate depends on no chapter: it drives the chapters' binaries as a
//! reader would, so that a chapter that is broken today takes no other chapter
//! with it. `cargo xtask` uses it as a library; `tests/*.rs` are its tests.
//! Suggested reading order: the modules as they stand here.

pub mod cargo;
pub mod metadata;
pub mod workspace;

pub mod chapter;
pub mod engine;
pub mod lineup;

pub mod outcome;
pub mod process;

pub mod normalize;
pub mod report;

pub mod corpus;
pub mod record;

pub mod oracle;

pub mod differential;
pub mod fuzz;

pub use crate::{
    chapter::Chapter, engine::Engine, lineup::Lineup, oracle::CPython, outcome::Outcome,
    workspace::Workspace,
};
