//! What the finished book is held against, as a table of checks. mdBook lets
//! most of it pass.

mod book;
mod browser;
mod figures;
mod form;
mod html;
mod links;
mod pages;
mod recordings;
mod snippets;

use anyhow::Result;

pub use book::Book;
pub use browser::visits;

/// A check.
pub struct Check {
    /// What it is called.
    pub name: &'static str,
    /// The rule, for its heading.
    pub rule: &'static str,
    run: fn(&Book) -> Result<Verdict>,
}

/// What came of a check.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Where the rule is broken, and what to do.
    pub complaints: Vec<String>,
    /// What is worth knowing, and breaks no rule.
    pub remarks: Vec<String>,
    /// Why the check was not made, if it was not.
    pub left_out: Option<String>,
}

/// All checks, the quick ones first.
pub const CHECKS: [Check; 8] = [
    Check { name: "build", rule: "mdBook has nothing to complain about", run: book::check },
    Check {
        name: "pages",
        rule: "each page is in the summary and has one title",
        run: pages::check,
    },
    Check { name: "links", rule: "each link leads somewhere", run: links::check },
    Check { name: "figures", rule: "each figure can be read and heard", run: figures::check },
    Check {
        name: "form",
        rule: "code says its language; how long the pages are",
        run: form::check,
    },
    Check { name: "snippets", rule: "Rust on a page compiles and runs", run: snippets::check },
    Check { name: "recordings", rule: "commands print what is recorded", run: recordings::check },
    Check { name: "browser", rule: "each page works in a browser", run: browser::check },
];

impl Check {
    /// Makes the check.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn run(&self, book: &Book) -> Result<Verdict> {
        (self.run)(book)
    }
}

impl Verdict {
    /// A check that is made, and what it found.
    fn of(complaints: Vec<String>) -> Self {
        Self { complaints, ..Self::default() }
    }

    /// A check that is not made.
    fn left_out(reason: impl Into<String>) -> Self {
        Self { left_out: Some(reason.into()), ..Self::default() }
    }
}
