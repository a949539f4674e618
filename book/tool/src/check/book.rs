//! The finished book as the checks see it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;
use walkdir::WalkDir;

use crate::Place;
use crate::check::Verdict;
use crate::check::html::Html;
use crate::preprocessor::Directives;
use crate::render::{Page, Rendering, messages};

/// A rendered book.
pub struct Book {
    /// Where it was made from.
    pub(super) place: Place,
    /// The folder that it is in; it goes when this goes.
    folder: TempDir,
    /// The pages of its summary.
    pub(super) pages: Vec<Page>,
    /// All of its HTML, pages of mdBook's own among it.
    pub(super) html: Vec<Html>,
    /// What mdBook complained about.
    messages: Vec<String>,
    /// Whether tools that are missing are failures.
    pub(super) is_strict: bool,
}

impl Book {
    /// Renders the book of a repository. If `is_strict`, what a missing tool
    /// leaves out fails.
    ///
    /// # Errors
    /// It cannot be rendered at all.
    pub fn render(place: &Place, is_strict: bool) -> Result<Self> {
        let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
        let directives = Directives { shows_errors: true };
        let (built, messages) = messages::during(|| {
            let rendering = Rendering::load(place, Some(folder.path()), directives)?;
            rendering.build()?;
            anyhow::Ok(rendering)
        });
        // Complaints of a second pass over the pages would be the same ones.
        let (pages, _) = messages::during(|| built?.pages());
        let (pages, html) = (pages?, html(folder.path())?);
        let book = Self { place: place.clone(), folder, pages, html, messages, is_strict };
        // No check would miss a page that is not there.
        if let Some(page) = book.pages.iter().find(|page| book.html(&page.html).is_none()) {
            bail!("mdBook made no {} of {}", page.html.display(), page.source.display());
        }
        Ok(book)
    }

    /// The folder with the HTML.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The HTML of a page, by the name of its file.
    pub(super) fn html(&self, path: &Path) -> Option<&Html> {
        self.html.iter().find(|html| html.path == path)
    }

    /// The pages of the summary, each with its HTML.
    pub(super) fn rendered(&self) -> impl Iterator<Item = (&Page, &Html)> {
        self.pages.iter().filter_map(|page| Some((page, self.html(&page.html)?)))
    }
}

pub(super) fn check(book: &Book) -> Result<Verdict> {
    Ok(Verdict::of(book.messages.clone()))
}

fn html(folder: &Path) -> Result<Vec<Html>> {
    let mut all = Vec::new();
    for entry in WalkDir::new(folder).sort_by_file_name() {
        let entry = entry.context("cannot walk through the book")?;
        if entry.path().extension().is_some_and(|extension| extension == "html") {
            let path: PathBuf = entry.path().strip_prefix(folder)?.to_owned();
            all.push(Html::read(path, entry.path())?);
        }
    }
    Ok(all)
}

#[cfg(test)]
pub(super) mod tests {
    use std::fs;

    use super::*;

    const CONFIG: &str = "[book]\ntitle = \"T\"\n[build]\ncreate-missing = false\n\
                          [preprocessor.book-tool]\ncommand = \"false\"\nbefore = [\"links\"]\n";

    /// A book of one page, `a.md`, and some other files, in a repository.
    pub(in crate::check) fn sample(page: &str, files: &[(&str, &str)]) -> (TempDir, Book) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let place = Place::at(folder.path());
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("it has one")).expect("the folder is ours");
            fs::write(path, text).expect("the folder is ours");
        };
        write("book/book.toml", CONFIG);
        write("book/src/SUMMARY.md", "[A](a.md)\n");
        write("book/src/a.md", page);
        files.iter().for_each(|(path, text)| write(path, text));
        let is_strict = std::env::var("CI").is_ok_and(|value| value == "true");
        let book = Book::render(&place, is_strict).expect("the book can be rendered");
        (folder, book)
    }

    fn complaints(page: &str) -> Vec<String> {
        let (_folder, book) = sample(page, &[]);
        check(&book).expect("it can be checked").complaints
    }

    #[test]
    fn a_sound_book_is_fine() {
        assert_eq!(complaints("# A\n\nText.\n"), [""; 0]);
    }

    #[test]
    fn a_directive_that_cannot_be_followed_fails() {
        let complaints = complaints("# A\n\n{{#code a.rs:b}}\n\n{{#recorded c}}\n");
        assert_eq!(complaints.len(), 2, "{complaints:?}");
        assert!(complaints[0].starts_with("book/src/a.md:3: cannot read a.rs"), "{complaints:?}");
    }

    #[test]
    fn what_mdbook_only_reports_fails() {
        assert_eq!(complaints("# A\n\n{{#include none.svg}}\n").len(), 1);
        assert_eq!(complaints("# A\n\n<div>\n\nText.\n").len(), 1);
    }
}
