//! Who takes part in a test run: the engines of every chapter that builds, and
//! the chapters that do not.

use crate::chapter::{Chapter, ChapterError};
use crate::engine::Engine;

/// The engines to test.
#[derive(Debug, Default)]
pub struct Lineup {
    /// The engines of all chapters that build, oldest first.
    pub engines: Vec<Engine>,
    /// The newest engine of each of these chapters, once in each of its variations.
    pub variations: Vec<Engine>,
    /// The chapters that could not be put to work, by label, and why.
    pub broken: Vec<(String, ChapterError)>,
}

impl Lineup {
    /// Builds those of the chapters that run Python, one after the other, and
    /// asks each for its engines and variations.
    pub fn assemble(chapters: &[Chapter]) -> Self {
        let mut lineup = Self::default();
        for chapter in chapters.iter().filter(|chapter| chapter.runs_python()) {
            let listed = chapter.build_and_list();
            match listed.and_then(|engines| Ok((engines, chapter.variations()?))) {
                Ok((engines, variations)) => lineup.add(engines, variations),
                Err(error) => lineup.broken.push((chapter.label(), error)),
            }
        }
        lineup
    }

    /// The engines, and the newest ones in each of their variations: all that must do
    /// the same with a program.
    pub fn into_all(self) -> Vec<Engine> {
        self.engines.into_iter().chain(self.variations).collect()
    }

    /// Adds a chapter.
    fn add(&mut self, engines: Vec<Engine>, variations: Vec<Vec<String>>) {
        let newest = engines.last().expect("a chapter has an engine");
        self.variations.extend(variations.into_iter().map(|flags| newest.in_variation(flags)));
        self.engines.extend(engines);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn engines(chapter: u32) -> Vec<Engine> {
        ["old", "new"].map(|name| Engine::new(chapter, name.to_owned(), "program".into())).into()
    }

    #[test]
    fn the_newest_engine_of_a_chapter_takes_part_in_each_variation() {
        let mut lineup = Lineup::default();
        lineup.add(engines(4), Vec::new());
        lineup.add(engines(5), vec![vec!["--a".into()], vec!["--b".into(), "--c=1".into()]]);
        assert_eq!(lineup.engines.len(), 4, "those that race are not varied");
        let names: Vec<String> = lineup.into_all().iter().map(ToString::to_string).collect();
        let expected =
            ["ch04/old", "ch04/new", "ch05/old", "ch05/new", "ch05/new --a", "ch05/new --b --c=1"];
        assert_eq!(names, expected);
    }
}
