//! One engine of one chapter: the thing that a test is about.

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
}

impl Engine {
    /// The engine with this name in the binary of a chapter.
    pub fn new(chapter: u32, name: String, executable: PathBuf) -> Self {
        Self { chapter, name, executable }
    }

    /// The engine's name on the command line.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The number of the engine's chapter.
    pub fn chapter(&self) -> u32 {
        self.chapter
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
        command.arg(file).args(["--run", "--engine"]).arg(&self.name);
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
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ch{:02}/{}", self.chapter, self.name)
    }
}
