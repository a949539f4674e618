//! The workspace as the checks see it: texts and dependencies. Checks read no
//! files, so that their tests can make trees of a few lines.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use conformance::Workspace;
use conformance::metadata::Package;
use walkdir::{DirEntry, WalkDir};

/// Folders with nothing in them that is written by hand here.
const SKIPPED_FOLDERS: [&str; 3] = ["target", "work", "node_modules"];

/// The kinds of files that some check reads.
const EXTENSIONS: [&str; 7] = ["rs", "c", "h", "toml", "py", "expected", "md"];

/// What the checks are about.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) files: Vec<File>,
    pub(super) packages: Vec<Package>,
}

/// A file and its text.
#[derive(Debug)]
pub(super) struct File {
    /// Relative to the workspace's root.
    pub(super) path: PathBuf,
    pub(super) text: String,
}

/// Where a rule is broken, and what to do.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Complaint {
    pub(super) path: PathBuf,
    /// Counted from 1.
    pub(super) line: usize,
    pub(super) what: String,
}

impl Tree {
    /// Reads a workspace.
    pub(super) fn of(workspace: &Workspace) -> Result<Self> {
        let root = workspace.root();
        let relative = |path: &Path| path.strip_prefix(root).unwrap_or(path).to_owned();
        let mut files = Vec::new();
        let walk = WalkDir::new(root).sort_by_file_name().into_iter();
        for entry in walk.filter_entry(is_ours) {
            let entry = entry.context("cannot walk through the workspace")?;
            if !entry.file_type().is_file() || !has_extension(entry.path(), &EXTENSIONS) {
                continue;
            }
            let path = entry.path();
            let bytes =
                fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
            files.push(File {
                path: relative(path),
                text: String::from_utf8_lossy(&bytes).into_owned(),
            });
        }
        let mut packages = workspace.packages().to_vec();
        for package in &mut packages {
            package.manifest = relative(&package.manifest);
        }
        Ok(Self { files, packages })
    }

    /// The files with one of these extensions.
    pub(super) fn files_with<'t>(
        &'t self,
        extensions: &'static [&'static str],
    ) -> impl Iterator<Item = &'t File> {
        self.files.iter().filter(move |file| has_extension(&file.path, extensions))
    }

    /// The file with this path.
    pub(super) fn file(&self, path: impl AsRef<Path>) -> Option<&File> {
        self.files.iter().find(|file| file.path == path.as_ref())
    }

    /// A tree of a few files, for tests.
    #[cfg(test)]
    pub(super) fn sample(files: &[(&str, &str)]) -> Self {
        let files = files
            .iter()
            .map(|(path, text)| File { path: path.into(), text: (*text).to_owned() })
            .collect();
        Self { files, ..Self::default() }
    }
}

impl File {
    /// A complaint about a line of this file.
    pub(super) fn complaint(&self, line: usize, what: impl Into<String>) -> Complaint {
        Complaint { path: self.path.clone(), line, what: what.into() }
    }

    /// The first line with `needle` in it, or 1.
    pub(super) fn line_with(&self, needle: &str) -> usize {
        let index = self.text.lines().position(|line| line.contains(needle));
        index.map_or(1, |index| index + 1)
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}: {}", self.path.display(), self.line, self.what)
    }
}

/// Whether a text has a word in it, which is not part of a longer one.
pub(super) fn has_word(text: &str, word: &str) -> bool {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').any(|other| other == word)
}

fn is_ours(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    let is_skipped = name.starts_with('.') || SKIPPED_FOLDERS.contains(&name.as_ref());
    entry.depth() == 0 || !(is_skipped && entry.file_type().is_dir())
}

fn has_extension(path: &Path, extensions: &[&str]) -> bool {
    path.extension().is_some_and(|extension| extensions.iter().any(|wanted| extension == *wanted))
}
