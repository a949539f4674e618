//! Puts into a page what its directives ask for.

use std::cell::OnceCell;
use std::fs;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::Place;
use crate::anchor::{self, AnchorError, LONGEST_EXCERPT};
use crate::directive::{self, Directive, DirectiveError, Placed};
use crate::measurements::{MeasurementError, Measurements};
use crate::recording::excerpt::{self, NoSuchLine};
use crate::recording::list::ListError;
use crate::recording::{Recording, Recordings};

/// Expands the pages of one book.
#[derive(Debug)]
pub struct Expander {
    place: Place,
    recordings: Recordings,
    measurements: OnceCell<Measurements>,
}

/// Where a page asks for something that it cannot have.
#[derive(Debug, Error)]
#[error("book/src/{}:{line}: {what}", page.display())]
pub struct PageError {
    /// From `book/src`.
    pub page: PathBuf,
    /// Counted from 1.
    pub line: usize,
    /// Why.
    #[source]
    pub what: ExpansionError,
}

/// Why a directive cannot be followed.
#[derive(Debug, Error)]
pub enum ExpansionError {
    /// It cannot be understood.
    #[error(transparent)]
    Directive(#[from] DirectiveError),
    /// There is no such file in the tree.
    #[error("cannot read {path}: {reason}; the path starts at the root of the repository")]
    File {
        /// As the page writes it.
        path: String,
        /// What the system says.
        reason: std::io::Error,
    },
    /// The file has no such excerpt.
    #[error("{path}: {source}")]
    Anchor {
        /// As the page writes it.
        path: String,
        /// What is wrong with the anchor.
        source: AnchorError,
    },
    /// A whole file is too long for a page.
    #[error("{path} has {lines} lines, and {LONGEST_EXCERPT} are the most; set an anchor in it")]
    LongFile {
        /// As the page writes it.
        path: String,
        /// How long it is.
        lines: usize,
    },
    /// Nothing is recorded under that name.
    #[error("there is no recording `{0}` in book/recordings.toml")]
    NoRecording(String),
    /// It is listed, and was never made.
    #[error("`{0}` is not recorded yet; `cargo xtask book --record` does it")]
    NotRecorded(String),
    /// It is of the other kind.
    #[error("the recording `{0}` is a strip: write `{{{{#strip {0}}}}}`")]
    IsStrip(String),
    /// It is of the other kind.
    #[error("the recording `{0}` is no strip: write `{{{{#recorded {0}}}}}`")]
    IsNoStrip(String),
    /// The recording has no such part.
    #[error(transparent)]
    Excerpt(#[from] NoSuchLine),
    /// There is no such measurement.
    #[error(transparent)]
    Measurement(#[from] MeasurementError),
}

impl Expander {
    /// An expander for the book of a repository.
    ///
    /// # Errors
    /// The list of recordings is wrong.
    pub fn new(place: Place) -> Result<Self, ListError> {
        let recordings = Recordings::read(&place)?;
        Ok(Self { place, recordings, measurements: OnceCell::new() })
    }

    /// The page with everything put in, and what could not be put in. Where
    /// that is, the page shows the error.
    #[must_use]
    pub fn expand(&self, page: &Path, text: &str) -> (String, Vec<PageError>) {
        let mut expanded = String::new();
        let mut errors = Vec::new();
        let mut end = 0;
        for placed in directive::directives(text) {
            expanded += &text[end..placed.range.start];
            end = placed.range.end;
            let indent = placed.indent.unwrap_or_default();
            let line = placed.line;
            match self.expansion(placed, page) {
                Ok(block) => expanded += &indented(&block, indent),
                Err(what) => {
                    expanded += &format!("**{}**", escaped(&what.to_string()));
                    errors.push(PageError { page: page.to_owned(), line, what });
                }
            }
        }
        (expanded + &text[end..], errors)
    }

    fn expansion(&self, placed: Placed, page: &Path) -> Result<String, ExpansionError> {
        match placed.directive? {
            Directive::Code { path, anchor } => self.code(path, anchor),
            Directive::Recorded { name, from, to } => self.recorded(name, from, to),
            Directive::Strip { name } => self.strip(name),
            Directive::Race { name } => {
                let table = self.measurements()?.table(name, chapter(page))?;
                Ok(format!("<div class=\"race\">\n\n{table}\n</div>"))
            }
            Directive::Ratio { race, over, under } => {
                Ok(self.measurements()?.ratio(race, over, under)?)
            }
            Directive::Machine => Ok(self.measurements()?.machine()),
        }
    }

    fn code(&self, path: &str, anchor: Option<&str>) -> Result<String, ExpansionError> {
        let text = fs::read_to_string(self.place.root().join(path))
            .map_err(|reason| ExpansionError::File { path: path.to_owned(), reason })?;
        let code = match anchor {
            Some(anchor) => anchor::excerpt(&text, anchor)
                .map_err(|source| ExpansionError::Anchor { path: path.to_owned(), source })?,
            None if text.lines().count() > LONGEST_EXCERPT => {
                let lines = text.lines().count();
                return Err(ExpansionError::LongFile { path: path.to_owned(), lines });
            }
            None => text.trim_end().to_owned(),
        };
        let block = fenced(language(path), &code);
        let caption = format!("<figcaption><code>{path}</code></figcaption>");
        Ok(format!("<figure class=\"listing\">\n\n{block}\n\n{caption}\n</figure>"))
    }

    fn recorded(
        &self,
        name: &str,
        from: Option<&str>,
        to: Option<&str>,
    ) -> Result<String, ExpansionError> {
        let recording = self.recording(name)?;
        let text = self.record(recording)?;
        if recording.is_strip() {
            return Err(ExpansionError::IsStrip(name.to_owned()));
        }
        let file = format!("book/recorded/{name}.txt");
        let shown = excerpt::excerpt(&text, from, to, &file)?;
        let block = fenced("text", format!("$ {}\n{shown}", recording.command).trim_end());
        Ok(format!("<figure class=\"recorded\">\n\n{block}\n\n</figure>"))
    }

    fn strip(&self, name: &str) -> Result<String, ExpansionError> {
        let recording = self.recording(name)?;
        if !recording.is_strip() {
            return Err(ExpansionError::IsNoStrip(name.to_owned()));
        }
        Ok(self.record(recording)?.trim_end().to_owned())
    }

    fn recording(&self, name: &str) -> Result<&Recording, ExpansionError> {
        self.recordings.get(name).ok_or_else(|| ExpansionError::NoRecording(name.to_owned()))
    }

    fn record(&self, recording: &Recording) -> Result<String, ExpansionError> {
        fs::read_to_string(recording.file(&self.place))
            .map_err(|_| ExpansionError::NotRecorded(recording.name.clone()))
    }

    fn measurements(&self) -> Result<&Measurements, MeasurementError> {
        if let Some(measurements) = self.measurements.get() {
            return Ok(measurements);
        }
        let measurements = Measurements::read(&self.place.measurements())?;
        Ok(self.measurements.get_or_init(|| measurements))
    }
}

/// A fenced block whose fence is longer than any in it. What mdBook would take
/// for a directive in it is escaped, and mdBook removes that.
fn fenced(language: &str, text: &str) -> String {
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}", text.replace("{{#", "\\{{#"))
}

/// The number of a chapter's page: 1 for `01-bytecode-vm.md`.
fn chapter(page: &Path) -> Option<u32> {
    let (number, _) = page.file_name()?.to_str()?.split_once('-')?;
    number.parse().ok()
}

/// What a file's name says about its language, as mdBook writes it.
fn language(path: &str) -> &'static str {
    match Path::new(path).extension().and_then(|extension| extension.to_str()) {
        Some("rs") => "rust,ignore",
        Some("c" | "h") => "c",
        Some("py") => "python",
        Some("toml") => "toml",
        Some("json") => "json",
        Some("sh") => "bash",
        Some("s" | "asm") => "x86asm",
        _ => "text",
    }
}

fn indented(block: &str, indent: &str) -> String {
    block.replace('\n', &format!("\n{indent}"))
}

/// Text that Markdown leaves as it is.
fn escaped(text: &str) -> String {
    text.replace(['\n', '*', '<'], " ").replace("{{#", "{{ #")
}

#[cfg(test)]
mod tests;
