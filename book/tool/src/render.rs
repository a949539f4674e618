//! Renders the book with mdBook, in this process.

use std::path::{Path, PathBuf};

use mdbook_driver::MDBook;
use mdbook_driver::builtin_renderers::MarkdownRenderer;
use mdbook_driver::config::Config;
use mdbook_driver::errors::Result;

use crate::Place;
use crate::preprocessor::Directives;

pub mod messages;

/// A page of the summary.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// Its file, from `book/src`.
    pub source: PathBuf,
    /// Its HTML, from the root of the rendered book.
    pub html: PathBuf,
    /// Its Markdown, with everything put in.
    pub text: String,
}

/// The book, loaded.
pub struct Rendering {
    book: MDBook,
}

impl Rendering {
    /// Loads the book, which is to be rendered into a folder, or else into the
    /// one that `book.toml` names.
    ///
    /// # Errors
    /// `book.toml` or the summary is wrong, or a page is missing.
    pub fn load(place: &Place, into: Option<&Path>, directives: Directives) -> Result<Self> {
        let folder = place.book();
        let mut config = Config::from_disk(folder.join("book.toml"))?;
        if let Some(into) = into {
            config.build.build_dir = into.to_owned();
        }
        let mut book = MDBook::load_with_config(folder, config)?;
        // It takes the place of the command of the same name in `book.toml`.
        book.with_preprocessor(directives);
        Ok(Self { book })
    }

    /// Renders the book and returns the folder that it is in.
    ///
    /// # Errors
    /// A page is wrong, or a file cannot be written.
    pub fn build(&self) -> Result<PathBuf> {
        self.book.build()?;
        Ok(clean(&self.book.build_dir_for("html")))
    }

    /// The pages of the summary.
    ///
    /// # Errors
    /// A page is wrong.
    pub fn pages(&self) -> Result<Vec<Page>> {
        let (book, _) = self.book.preprocess_book(&MarkdownRenderer::new())?;
        let pages = book.chapters().filter_map(|page| {
            Some(Page {
                source: page.source_path.clone()?,
                html: page.path.clone()?.with_extension("html"),
                text: page.content.clone(),
            })
        });
        Ok(pages.collect())
    }
}

/// Resolves `folder/..`, for messages.
fn clean(folder: &Path) -> PathBuf {
    folder.canonicalize().unwrap_or_else(|_| folder.to_owned())
}
