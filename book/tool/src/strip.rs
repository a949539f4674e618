//! A strip: the machine code of a loop as one row of boxes, a box for each
//! bytecode, as wide as its code is long. All chapters draw the same loop at
//! the same scale, so that strips can be compared.

mod family;
mod listing;
mod picture;

use thiserror::Error;

use crate::recording::list::Part;

/// Why nothing can be drawn.
#[derive(Debug, Error)]
pub enum StripError {
    /// It is not a listing.
    #[error("it is not the JSON of a listing: {0}")]
    Malformed(#[from] serde_json::Error),
    /// The function is not in it.
    #[error("no heading is `{heading}`; there is {existing}")]
    NoHeading {
        /// The heading that was asked for.
        heading: String,
        /// The headings that exist, as a list to read.
        existing: String,
    },
    /// The loop is not in the function.
    #[error("no bytecode of the function{place} has `{text}` in its origin; there is {existing}")]
    NoBytecode {
        /// What was asked for.
        text: String,
        /// Where it was looked for.
        place: &'static str,
        /// The origins that exist, as a list to read.
        existing: String,
    },
}

/// Draws a part of a listing as SVG, without a blank line, as it is inlined
/// into Markdown.
///
/// # Errors
/// The text is no listing, or has no such part.
pub fn draw(json: &str, part: &Part) -> Result<String, StripError> {
    Ok(picture::draw(&listing::part(json, part)?))
}
