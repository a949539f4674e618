//! Where things are: the repository, and in it the book.

use std::env;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// The repository that a book belongs to, and the book's own folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    root: PathBuf,
}

/// There is no book here.
#[derive(Debug, Error)]
#[error("there is no book/book.toml in this folder or above it; start this inside the repository")]
pub struct NoBook;

impl Place {
    /// The repository with this root.
    #[must_use]
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The repository around the current folder. Where this program was
    /// compiled does not matter: build folders are shared between checkouts.
    ///
    /// # Errors
    /// There is none.
    pub fn find() -> Result<Self, NoBook> {
        let here = env::current_dir().map_err(|_| NoBook)?;
        here.ancestors()
            .find(|folder| folder.join("book/book.toml").is_file())
            .map(Self::at)
            .ok_or(NoBook)
    }

    /// The root of the repository, which paths in the book are relative to.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder with `book.toml`.
    #[must_use]
    pub fn book(&self) -> PathBuf {
        self.root.join("book")
    }

    /// The folder with the pages.
    #[must_use]
    pub fn pages(&self) -> PathBuf {
        self.root.join(PAGES)
    }

    /// The list of recordings.
    #[must_use]
    pub fn recordings(&self) -> PathBuf {
        self.root.join("book/recordings.toml")
    }

    /// The folder with what was recorded.
    #[must_use]
    pub fn recorded(&self) -> PathBuf {
        self.root.join("book/recorded")
    }

    /// The file with all timings.
    #[must_use]
    pub fn measurements(&self) -> PathBuf {
        self.root.join("book/measurements.json")
    }
}

/// The folder with the pages, from the root.
pub const PAGES: &str = "book/src";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_lies_in_the_folder_book() {
        let place = Place::at("/r");
        assert_eq!(place.pages(), Path::new("/r/book/src"));
        assert_eq!(place.recordings(), Path::new("/r/book/recordings.toml"));
    }

    #[test]
    fn this_repository_is_found_from_a_folder_in_it() {
        let place = Place::find().expect("the tests run inside the repository");
        assert!(place.root().join("Cargo.toml").is_file());
    }
}
