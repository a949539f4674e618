//! The preprocessor of mdBook that expands our directives: in our own process
//! when we build the book, and over standard input and output when mdBook does.

use std::io::{Read, Write};
use std::path::Path;

use mdbook_preprocessor::book::{Book, BookItem, Chapter};
use mdbook_preprocessor::errors::{Error, Result};
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};
use thiserror::Error;

use crate::Place;
use crate::expansion::{Expander, PageError};

/// The name of its table in `book.toml`.
pub const NAME: &str = "book-tool";

/// Expands the directives of all pages.
#[derive(Debug, Default, Clone, Copy)]
pub struct Directives {
    /// Whether a page shows its errors and the book is made all the same.
    pub shows_errors: bool,
}

/// What is wrong with the pages, all of it.
#[derive(Debug, Error)]
#[error("{}", listed(.0))]
pub struct WrongPages(pub Vec<PageError>);

impl Preprocessor for Directives {
    fn name(&self) -> &'static str {
        NAME
    }

    fn run(&self, context: &PreprocessorContext, mut book: Book) -> Result<Book> {
        let root = context.root.parent().unwrap_or(Path::new(""));
        let expander = Expander::new(Place::at(root))?;
        let mut errors = Vec::new();
        book.for_each_mut(|item| {
            if let BookItem::Chapter(chapter) = item {
                errors.extend(expand(&expander, chapter));
            }
        });
        if errors.is_empty() {
            return Ok(book);
        }
        if self.shows_errors {
            errors.iter().for_each(|error| tracing::error!("{error}"));
            return Ok(book);
        }
        Err(Error::new(WrongPages(errors)))
    }
}

fn expand(expander: &Expander, chapter: &mut Chapter) -> Vec<PageError> {
    let Some(path) = &chapter.source_path else { return Vec::new() };
    let (content, errors) = expander.expand(path, &chapter.content);
    chapter.content = content;
    errors
}

/// Answers mdBook, which writes a book to our standard input and reads it back
/// from our standard output.
///
/// # Errors
/// What was read is no book, or a page is wrong.
pub fn answer(input: impl Read, output: impl Write) -> Result<()> {
    let (context, book) = mdbook_preprocessor::parse_input(input)?;
    let book = Directives::default().run(&context, book)?;
    Ok(serde_json::to_writer(output, &book)?)
}

fn listed(errors: &[PageError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use mdbook_preprocessor::config::Config;

    use super::*;

    /// What mdBook writes to us for a book with one page.
    fn question(page: &str) -> (tempfile::TempDir, Vec<u8>) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("a.py"), "print(1)\n").expect("the folder is ours");
        let root = folder.path().join("book");
        let context = PreprocessorContext::new(root, Config::default(), "html".to_owned());
        let chapter = Chapter::new("A", page.to_owned(), "a.md", Vec::new());
        let book = Book::new_with_items(vec![BookItem::Chapter(chapter)]);
        let question = serde_json::to_vec(&(context, book)).expect("it is JSON");
        (folder, question)
    }

    #[test]
    fn a_book_comes_back_with_everything_put_in() {
        let (_folder, question) = question("# A\n\n{{#code a.py}}\n");
        let mut output = Vec::new();
        answer(&question[..], &mut output).expect("the page is right");
        let book: Book = serde_json::from_slice(&output).expect("it is a book");
        let chapter = book.chapters().next().expect("it has a page");
        assert!(chapter.content.contains("```python\nprint(1)\n```"), "{}", chapter.content);
    }

    #[test]
    fn no_book_comes_back_if_a_page_is_wrong() {
        let (_folder, question) = question("# A\n\n{{#code b.py}}\n\n{{#strip c}}\n");
        let mut output = Vec::new();
        let error = answer(&question[..], &mut output).expect_err("there is no such file");
        assert_eq!(error.to_string().lines().count(), 2, "{error}");
        assert!(output.is_empty());
    }
}
