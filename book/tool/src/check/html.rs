//! A page of HTML, read.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use scraper::{ElementRef, Selector};

/// A file of HTML.
pub(super) struct Html {
    /// From the root of the book.
    pub(super) path: PathBuf,
    document: scraper::Html,
}

impl Html {
    pub(super) fn read(path: PathBuf, file: &Path) -> Result<Self> {
        let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        let document = scraper::Html::parse_document(&String::from_utf8_lossy(&bytes));
        Ok(Self { path, document })
    }

    /// The elements that a selector of CSS selects.
    pub(super) fn select(&self, selector: &str) -> Vec<ElementRef<'_>> {
        let selector = Selector::parse(selector).expect("selectors are written in this crate");
        self.document.select(&selector).collect()
    }
}

/// The element around this one that has a name, if there is one.
pub(super) fn around<'e>(element: ElementRef<'e>, name: &str) -> Option<ElementRef<'e>> {
    element.ancestors().filter_map(ElementRef::wrap).find(|outer| outer.value().name() == name)
}

/// The element's own children with a name.
pub(super) fn children<'e>(
    element: ElementRef<'e>,
    name: &'e str,
) -> impl Iterator<Item = ElementRef<'e>> {
    element.child_elements().filter(move |child| child.value().name() == name)
}

/// The text in an element, with single blanks.
pub(super) fn text(element: ElementRef) -> String {
    let text: String = element.text().collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
