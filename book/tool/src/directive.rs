//! Directives: what a page says where it wants something put in.
//!
//! They look like mdBook's own `{{#include …}}`, which are left to mdBook, and
//! `\{{#…}}` is text for both of us.

mod parse;

use std::ops::Range;

use thiserror::Error;

/// What a page wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Directive<'p> {
    /// `{{#code PATH:ANCHOR}}`, or `{{#code PATH}}` for a whole short file.
    Code {
        /// From the root of the repository.
        path: &'p str,
        /// Which part of the file.
        anchor: Option<&'p str>,
    },
    /// `{{#recorded NAME from="TEXT" to="TEXT"}}`.
    Recorded {
        /// The recording.
        name: &'p str,
        /// What the first line to show has in it.
        from: Option<&'p str>,
        /// What the last line to show has in it.
        to: Option<&'p str>,
    },
    /// `{{#strip NAME}}`.
    Strip {
        /// The recording.
        name: &'p str,
    },
    /// `{{#race NAME}}`.
    Race {
        /// The race.
        name: &'p str,
    },
    /// `{{#ratio NAME A/B}}`, in a line of text.
    Ratio {
        /// The race.
        race: &'p str,
        /// Whose median is divided.
        over: &'p str,
        /// By whose.
        under: &'p str,
    },
    /// `{{#machine}}`, in a line of text.
    Machine,
}

/// A directive, and where it stands on its page.
#[derive(Debug)]
pub struct Placed<'p> {
    /// What is wanted, or why that cannot be said.
    pub directive: Result<Directive<'p>, DirectiveError>,
    /// Where it stands, in bytes.
    pub range: Range<usize>,
    /// Counted from 1.
    pub line: usize,
    /// What stands before it in its line, if nothing else stands there.
    pub indent: Option<&'p str>,
}

/// Why a directive cannot be understood.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum DirectiveError {
    /// It has no end.
    #[error("`{{{{#{0}` has no `}}}}`")]
    Unclosed(String),
    /// Its words are not those that it needs.
    #[error("write it as `{0}`")]
    Usage(&'static str),
    /// It makes a block of its own and stands inside a line.
    #[error("it must stand alone on its line")]
    NotAlone,
}

/// All directives of a page that are ours.
#[must_use]
pub fn directives(page: &str) -> Vec<Placed<'_>> {
    parse::directives(page)
}

impl Directive<'_> {
    /// Whether it makes a block, and so has a line to itself.
    #[must_use]
    pub fn is_block(&self) -> bool {
        !matches!(self, Self::Ratio { .. } | Self::Machine)
    }
}
