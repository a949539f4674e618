//! Somebody who takes part in a race: an engine of ours, or another
//! implementation.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use conformance::{Engine, process};

/// A contestant, by the name that it has in tables and in the book.
#[derive(Debug)]
pub(super) struct Contestant {
    /// `ch01 interpreter`, `cpython`.
    pub(super) name: String,
    /// Which one it is exactly: version and how it was built. Of our own
    /// engines, and of peers from the command line, nothing.
    pub(super) about: Option<String>,
    runner: Runner,
}

#[derive(Debug)]
enum Runner {
    Engine(Engine),
    /// A program and its arguments, the file to run excepted.
    Words(Vec<OsString>),
}

impl Contestant {
    /// An engine, under its chapter's label and its own name.
    pub(super) fn engine(engine: Engine) -> Self {
        let name = format!("ch{:02} {}", engine.chapter(), engine.name());
        Self { name, about: None, runner: Runner::Engine(engine) }
    }

    /// Another implementation: a program and its arguments.
    ///
    /// # Panics
    /// When there are no words.
    pub(super) fn other(name: &str, about: Option<String>, words: Vec<OsString>) -> Self {
        assert!(!words.is_empty(), "a contestant has a program");
        Self { name: name.to_owned(), about, runner: Runner::Words(words) }
    }

    /// What runs `file`: isolated from variables that change how Python
    /// behaves, with nothing on standard input.
    pub(super) fn command(&self, file: &Path) -> Command {
        match &self.runner {
            Runner::Engine(engine) => engine.command(file),
            Runner::Words(words) => {
                let mut command = Command::new(&words[0]);
                process::isolate(&mut command);
                command.args(&words[1..]).arg(file);
                command
            }
        }
    }

    /// Its name, and what is to be known about it.
    pub(super) fn introduction(&self) -> String {
        match &self.about {
            Some(about) => format!("{} ({about})", self.name),
            None => self.name.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_is_named_after_its_chapter() {
        let engine = Engine::new(1, "jit".to_owned(), "ch01".into());
        assert_eq!(Contestant::engine(engine).name, "ch01 jit");
    }

    #[test]
    fn the_file_stands_behind_all_words() {
        let words = ["node", "--jitless"].map(OsString::from).to_vec();
        let command = Contestant::other("node", None, words).command(Path::new("a.py"));
        assert_eq!(process::shown(&command), "node --jitless a.py");
    }
}
