//! One engine of one chapter, perhaps in a variation: the thing that a test is about.

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process;

/// An engine of a chapter's binary, by name.
#[derive(Debug, Clone)]
pub struct Engine {
    chapter: u32,
    name: String,
    executable: PathBuf,
    /// Flags that must not change what a program does; none, if there is no variation.
    variation: Vec<String>,
}

impl Engine {
    /// The engine with this name in the binary of a chapter.
    pub fn new(chapter: u32, name: String, executable: PathBuf) -> Self {
        Self { chapter, name, executable, variation: Vec::new() }
    }

    /// The same engine with `flags` on its command line, under which it must do the
    /// same.
    pub fn in_variation(&self, flags: Vec<String>) -> Self {
        Self { variation: flags, ..self.clone() }
    }

    /// The engine's name on the command line.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The number of the engine's chapter.
    pub fn chapter(&self) -> u32 {
        self.chapter
    }

    /// What chooses this engine, in its variation, on the command line.
    pub fn flags(&self) -> impl Iterator<Item = &str> {
        ["--engine", &self.name].into_iter().chain(self.variation.iter().map(String::as_str))
    }

    /// The chapter's binary, isolated and without arguments.
    pub fn binary(&self) -> Command {
        let mut command = Command::new(&self.executable);
        process::isolate(&mut command);
        command
    }

    /// The chapter's binary, told to run `file` in this engine and to print
    /// only what the program prints.
    pub fn command(&self, file: impl AsRef<OsStr>) -> Command {
        let mut command = self.binary();
        command.arg(file).arg("--run").args(self.flags());
        command
    }

    /// As [`command`](Self::command), in the file's folder and with its bare
    /// name, so that tracebacks are the same everywhere. With a seed for
    /// `hop`, the engines take turns at random calls and back edges.
    pub fn command_in(&self, folder: &Path, name: &str, hop: Option<u64>) -> Command {
        let mut command = self.command(name);
        command.current_dir(folder);
        if let Some(seed) = hop {
            command.arg("--hop").arg(seed.to_string());
        }
        command
    }
}

impl fmt::Display for Engine {
    /// Writes `ch05/jit`, or `ch05/jit --budget=600` in a variation.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ch{:02}/{}", self.chapter, self.name)?;
        self.variation.iter().try_for_each(|flag| write!(formatter, " {flag}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn engine() -> Engine {
        Engine::new(5, "jit".to_owned(), "ch05".into())
    }

    fn starved() -> Engine {
        engine().in_variation(vec!["--budget=600".to_owned(), "--stress".to_owned()])
    }

    #[test]
    fn a_variation_is_a_part_of_the_name() {
        assert_eq!(engine().to_string(), "ch05/jit");
        assert_eq!(starved().to_string(), "ch05/jit --budget=600 --stress");
    }

    #[test]
    fn a_variation_is_a_part_of_the_command() {
        let shown = |engine: Engine| process::shown(&engine.command("a.py"));
        assert_eq!(shown(engine()), "ch05 a.py --run --engine jit");
        assert_eq!(shown(starved()), "ch05 a.py --run --engine jit --budget=600 --stress");
        let hopping = starved().command_in(Path::new("."), "a.py", Some(7));
        assert!(process::shown(&hopping).ends_with(" --budget=600 --stress --hop 7"));
    }
}
