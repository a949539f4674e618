//! A chapter from outside: its number, its title, and the program that it
//! builds.

use std::io;
use std::path::PathBuf;
use std::process::Command;

use thiserror::Error;

use crate::cargo;
use crate::engine::Engine;
use crate::metadata::{Metadata, Package};
use crate::outcome::Outcome;
use crate::process::{self, PATIENCE, RunError};

/// A chapter of the book: one package in a numbered folder.
#[derive(Debug, Clone)]
pub struct Chapter {
    number: u32,
    package: String,
    title: String,
    target: Target,
    /// The workspace's root, where cargo is called.
    root: PathBuf,
    target_directory: PathBuf,
}

/// What `cargo xtask chapter` runs.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Target {
    /// A binary with the command line that all chapters share.
    Binary(String),
    /// An example program: the chapter has no engine of its own.
    Example(String),
}

/// Why a chapter could not be put to work.
#[derive(Debug, Error)]
pub enum ChapterError {
    /// Cargo itself could not be run.
    #[error("cannot run cargo: {0}")]
    Cargo(#[source] io::Error),
    /// The chapter does not compile.
    #[error("{package} does not build; `cargo build --release --package {package}` shows why")]
    Build {
        /// The chapter's package.
        package: String,
    },
    /// The chapter's binary could not be asked for its engines.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The chapter's binary has no engines to test, or cannot list what it has.
    #[error("`{command}` listed nothing; it printed:\n{printed}")]
    NothingListed {
        /// What was run.
        command: String,
        /// Everything that it printed.
        printed: String,
    },
}

impl Chapter {
    /// The chapter that a package is, if its folder is `chapters/NN-…` and it
    /// has something to run.
    pub(crate) fn from_package(package: &Package, metadata: &Metadata) -> Option<Self> {
        let folder = package.manifest.parent()?;
        if folder.parent()? != metadata.root.join("chapters") {
            return None;
        }
        let (number, _) = folder.file_name()?.to_str()?.split_once('-')?;
        Some(Self {
            number: number.parse().ok()?,
            package: package.name.clone(),
            title: package.description.clone(),
            target: Target::of(package)?,
            root: metadata.root.clone(),
            target_directory: metadata.target_directory.clone(),
        })
    }

    /// The number in front of the folder's name.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// The package's name, `ch01-bytecode-vm`.
    pub fn package(&self) -> &str {
        &self.package
    }

    /// What the chapter is about: its package's description.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The first part of the names of this chapter's tests, `ch01`.
    pub fn label(&self) -> String {
        format!("ch{:02}", self.number)
    }

    /// Whether the chapter has a binary with the shared command line, which
    /// runs Python.
    pub fn runs_python(&self) -> bool {
        matches!(self.target, Target::Binary(_))
    }

    /// Where the release build puts what `cargo xtask chapter` runs.
    pub fn executable(&self) -> PathBuf {
        let release = self.target_directory.join("release");
        match &self.target {
            Target::Binary(name) => release.join(name),
            Target::Example(name) => release.join("examples").join(name),
        }
    }

    /// Builds what [`executable`](Self::executable) names, with cargo's
    /// messages on standard error; silently, if there is nothing to do.
    ///
    /// Chapters are built one by one: a chapter that does not compile must not
    /// keep the others from being run.
    ///
    /// # Errors
    /// Cargo cannot be started, or the chapter does not compile.
    pub fn build(&self) -> Result<(), ChapterError> {
        let mut command =
            cargo::cargo(&self.root, &["build", "--release", "--package", &self.package]);
        command.arg("--target-dir").arg(&self.target_directory);
        match &self.target {
            Target::Binary(name) => command.args(["--bin", name]),
            Target::Example(name) => command.args(["--example", name]),
        };
        if cargo::build(&mut command).map_err(ChapterError::Cargo)? {
            return Ok(());
        }
        Err(ChapterError::Build { package: self.package.clone() })
    }

    /// Asks the chapter's binary, which must be built, for its engines. The
    /// newest comes last.
    ///
    /// # Errors
    /// The binary cannot be run, or does not list any engine.
    pub fn engines(&self) -> Result<Vec<Engine>, ChapterError> {
        let (command, outcome) = self.list("engines")?;
        let listed = String::from_utf8_lossy(&outcome.stdout);
        if listed.trim().is_empty() {
            return Err(nothing_listed(&command, &outcome));
        }
        let engine = |name: &str| Engine::new(self.number, name.to_owned(), self.executable());
        Ok(listed.split_whitespace().map(engine).collect())
    }

    /// Asks the chapter's binary, which must be built, for the variations in which
    /// its newest engine is tested, too: the flags of each. Most chapters have none.
    ///
    /// # Errors
    /// The binary cannot be run, or does not know what is asked.
    pub fn variations(&self) -> Result<Vec<Vec<String>>, ChapterError> {
        let (_, outcome) = self.list("variations")?;
        let flags = |line: &str| line.split_whitespace().map(str::to_owned).collect();
        Ok(String::from_utf8_lossy(&outcome.stdout).lines().map(flags).collect())
    }

    /// What the binary prints when it is asked for a list, and how it was asked.
    fn list(&self, what: &str) -> Result<(Command, Outcome), ChapterError> {
        let mut command = Command::new(self.executable());
        process::isolate(&mut command);
        command.args(["--list", what]);
        let outcome = process::capture(&mut command, PATIENCE)?;
        if outcome.status.is_success() {
            return Ok((command, outcome));
        }
        Err(nothing_listed(&command, &outcome))
    }

    /// Builds the chapter and lists its engines.
    ///
    /// # Errors
    /// As [`build`](Self::build) and [`engines`](Self::engines).
    pub fn build_and_list(&self) -> Result<Vec<Engine>, ChapterError> {
        self.build()?;
        self.engines()
    }
}

fn nothing_listed(command: &Command, outcome: &Outcome) -> ChapterError {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    ChapterError::NothingListed {
        command: process::shown(command),
        printed: text(&outcome.stdout) + &text(&outcome.stderr),
    }
}

impl Target {
    fn of(package: &Package) -> Option<Self> {
        let binary = package.binaries.first().cloned().map(Self::Binary);
        binary.or_else(|| package.examples.first().cloned().map(Self::Example))
    }
}
