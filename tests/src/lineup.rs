//! Who takes part in a test run: the engines of every chapter that builds, and
//! the chapters that do not.

use crate::chapter::{Chapter, ChapterError};
use crate::engine::Engine;

/// The engines to test.
#[derive(Debug, Default)]
pub struct Lineup {
    /// The engines of all chapters that build, oldest first.
    pub engines: Vec<Engine>,
    /// The chapters that could not be put to work, by label, and why.
    pub broken: Vec<(String, ChapterError)>,
}

impl Lineup {
    /// Builds those of the chapters that run Python, one after the other, and
    /// asks each for its engines.
    pub fn assemble(chapters: &[Chapter]) -> Self {
        let mut lineup = Self::default();
        for chapter in chapters.iter().filter(|chapter| chapter.runs_python()) {
            match chapter.build_and_list() {
                Ok(engines) => lineup.engines.extend(engines),
                Err(error) => lineup.broken.push((chapter.label(), error)),
            }
        }
        lineup
    }
}
