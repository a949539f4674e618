//! Code on a page says its language; and a report of what the pages are made
//! of, beside what they should be.

use anyhow::Result;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag};
use scraper::{ElementRef, Node};

use crate::check::html::Html;
use crate::check::{Book, Verdict};
use crate::render::Page;

/// How long a chapter's page is, in words.
const WORDS: std::ops::RangeInclusive<usize> = 3500..=6500;

/// The languages of code that mdBook has colours for and that a page may need.
const LANGUAGES: [&str; 18] = [
    "bash",
    "c",
    "console",
    "cpp",
    "css",
    "diff",
    "html",
    "ini",
    "javascript",
    "json",
    "lua",
    "makefile",
    "markdown",
    "python",
    "rust",
    "text",
    "toml",
    "x86asm",
];

/// What is no text to read in a line with the rest.
const NOT_PROSE: [&str; 6] = ["pre", "svg", "script", "style", "nav", "table"];

/// What a page is made of.
#[derive(Debug, Default, PartialEq, Eq)]
struct Measure {
    words: usize,
    listings: usize,
    /// Lines in the longest listing.
    longest: usize,
    figures: usize,
    asides: usize,
}

pub(super) fn check(book: &Book) -> Result<Verdict> {
    let complaints = book.pages.iter().flat_map(unnamed).collect();
    let mut remarks = vec![format!(
        "{:<24}{:>7}{:>10}{:>9}{:>9}{:>8}",
        "page", "words", "listings", "longest", "figures", "asides"
    )];
    remarks.extend(book.rendered().map(|(page, html)| row(page, &Measure::of(html))));
    Ok(Verdict { complaints, remarks, left_out: None })
}

/// Blocks of code without a language, which tools take for Rust.
fn unnamed(page: &Page) -> Vec<String> {
    let blocks = Parser::new_ext(&page.text, Options::all()).filter_map(|event| match event {
        Event::Start(Tag::CodeBlock(kind)) => Some(kind),
        _ => None,
    });
    let source = page.source.display();
    let complaints = blocks.enumerate().filter_map(|(index, kind)| {
        let what = match kind {
            CodeBlockKind::Indented => "is made by indenting; put it between fences".to_owned(),
            CodeBlockKind::Fenced(info) if info.is_empty() => {
                "does not say its language; write ```text if it has none".to_owned()
            }
            CodeBlockKind::Fenced(info) => unknown(&info)?,
        };
        Some(format!("book/src/{source}: block {} of code {what}", index + 1))
    });
    complaints.collect()
}

/// What is wrong with the language of a block, if anything is.
fn unknown(info: &str) -> Option<String> {
    let language = info.split([',', ' ']).next().unwrap_or_default();
    (!LANGUAGES.contains(&language)).then(|| {
        format!(
            "is in `{language}`, which mdBook has no colours for; it has {}",
            LANGUAGES.join(", ")
        )
    })
}

fn row(page: &Page, measure: &Measure) -> String {
    let Measure { words, listings, longest, figures, asides } = measure;
    let name = page.source.with_extension("");
    let is_chapter = name.to_string_lossy().starts_with(|letter: char| letter.is_ascii_digit());
    let remark = if is_chapter && !WORDS.contains(words) {
        format!("  (a chapter has {} to {} words)", WORDS.start(), WORDS.end())
    } else {
        String::new()
    };
    let name = name.display().to_string();
    format!("{name:<24}{words:>7}{listings:>10}{longest:>9}{figures:>9}{asides:>8}{remark}")
}

impl Measure {
    fn of(html: &Html) -> Self {
        let listings = html.select("main pre");
        let lines =
            |listing: &ElementRef| listing.text().collect::<String>().trim_end().lines().count();
        Self {
            words: html.select("main").into_iter().map(words).sum(),
            longest: listings.iter().map(lines).max().unwrap_or_default(),
            listings: listings.len(),
            figures: html.select("main figure svg").len(),
            asides: html.select("main aside").len(),
        }
    }
}

/// The words of prose in an element.
fn words(element: ElementRef) -> usize {
    let children = element.children().map(|child| match child.value() {
        Node::Text(text) => {
            let words = text.split_whitespace();
            words.filter(|word| word.contains(char::is_alphanumeric)).count()
        }
        Node::Element(inner) if !NOT_PROSE.contains(&inner.name()) => {
            ElementRef::wrap(child).map(words).unwrap_or_default()
        }
        _ => 0,
    });
    children.sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::book::tests::sample;

    #[test]
    fn code_without_a_language_is_found() {
        let (_folder, book) =
            sample("# A\n\n```text\na\n```\n\n```\nb\n```\n\n    c\n\n```asm\nd\n```\n", &[]);
        let complaints = check(&book).expect("it can be checked").complaints;
        assert_eq!(complaints.len(), 3, "{complaints:?}");
        assert!(complaints[2].contains("is in `asm`"));
        assert!(complaints[0].starts_with("book/src/a.md: block 2 of code does not say"));
        assert!(complaints[1].starts_with("book/src/a.md: block 3 of code is made by indenting"));
    }

    #[test]
    fn prose_is_counted_and_code_is_not() {
        let page = "# A b\n\nOne *two* three – `four`.\n\n```text\nfive\nsix\n```\n\n\
                    <aside>\n\nSeven.\n\n</aside>\n";
        let (_folder, book) = sample(page, &[]);
        let (_, html) = book.rendered().next().expect("it has a page");
        let expected = Measure { words: 7, listings: 1, longest: 2, figures: 0, asides: 1 };
        assert_eq!(Measure::of(html), expected);
    }

    #[test]
    fn a_chapter_of_another_length_gets_a_remark() {
        let line = |source: &str, words| {
            let page = Page { source: source.into(), ..Page::default() };
            row(&page, &Measure { words, ..Measure::default() })
        };
        assert!(line("01-x.md", 3499).contains("a chapter has 3500 to 6500 words"));
        assert!(!line("01-x.md", 3500).contains("a chapter has"));
        assert!(!line("preface.md", 10).contains("a chapter has"));
    }
}
