//! The workspace as cargo sees it: where it is, which packages it has, and
//! which of them are chapters.
//!
//! Everything here comes from `cargo metadata`, at run time. Nothing has a
//! list of chapters in it: a folder in `chapters/` with a `Cargo.toml` is one.

use std::env;
use std::path::Path;

use thiserror::Error;

use crate::chapter::Chapter;
use crate::metadata::{Metadata, MetadataError, Package};

/// The environment variable that limits a run of the tests to one chapter, by
/// its number.
pub const ONLY_CHAPTER: &str = "CONFORMANCE_CHAPTER";

/// The workspace that the caller stands in.
#[derive(Debug)]
pub struct Workspace {
    metadata: Metadata,
    chapters: Vec<Chapter>,
}

/// Why the workspace or one of its chapters could not be found.
#[derive(Debug, Error)]
pub enum WorkspaceError {
    /// Cargo could not say what there is.
    #[error(transparent)]
    Metadata(#[from] MetadataError),
    /// There is no chapter with that number.
    #[error("there is no chapter {number}; this workspace has {existing}")]
    NoSuchChapter {
        /// The number that was asked for, as it was written.
        number: String,
        /// The numbers that exist, as a list to read.
        existing: String,
    },
}

impl Workspace {
    /// Finds the workspace: that of the package that cargo is running, or else
    /// the one around the current directory.
    ///
    /// # Errors
    /// `cargo metadata` fails, for example outside a workspace.
    pub fn load() -> Result<Self, WorkspaceError> {
        let metadata = Metadata::ask()?;
        let mut chapters: Vec<Chapter> = metadata
            .packages
            .iter()
            .filter_map(|package| Chapter::from_package(package, &metadata))
            .collect();
        chapters.sort_by_key(Chapter::number);
        Ok(Self { metadata, chapters })
    }

    /// The folder with the workspace's `Cargo.toml`.
    pub fn root(&self) -> &Path {
        &self.metadata.root
    }

    /// Where cargo puts what it builds, `CARGO_TARGET_DIR` included.
    pub fn target_directory(&self) -> &Path {
        &self.metadata.target_directory
    }

    /// All packages of the workspace.
    pub fn packages(&self) -> &[Package] {
        &self.metadata.packages
    }

    /// All chapters, in order of their numbers.
    pub fn chapters(&self) -> &[Chapter] {
        &self.chapters
    }

    /// The chapter with a number, written as `5` or `05`.
    ///
    /// # Errors
    /// There is no such chapter; the message lists those that exist.
    pub fn chapter(&self, number: &str) -> Result<&Chapter, WorkspaceError> {
        let wanted = number.parse::<u32>().ok();
        self.chapters.iter().find(|chapter| Some(chapter.number()) == wanted).ok_or_else(|| {
            WorkspaceError::NoSuchChapter {
                number: number.to_owned(),
                existing: self.existing_chapters(),
            }
        })
    }

    /// The chapters that a test run is about: all, or the one that
    /// [`ONLY_CHAPTER`] names.
    ///
    /// # Errors
    /// The variable names a chapter that does not exist.
    pub fn selected_chapters(&self) -> Result<&[Chapter], WorkspaceError> {
        match env::var(ONLY_CHAPTER) {
            Ok(number) => self.chapter(&number).map(std::slice::from_ref),
            Err(_) => Ok(&self.chapters),
        }
    }

    fn existing_chapters(&self) -> String {
        let numbers: Vec<String> =
            self.chapters.iter().map(|chapter| chapter.number().to_string()).collect();
        match numbers.as_slice() {
            [] => "no chapter at all".to_owned(),
            [only] => format!("chapter {only}"),
            [first @ .., last] => format!("chapters {} and {last}", first.join(", ")),
        }
    }
}
