//! Why a source is no program: CPython's syntax errors with our parser's words,
//! constructs that the language does not have yet, and limits. Chapter 1 of the
//! book lists them under "What is not Python".

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use ruff_text_size::TextRange;

use crate::source::SourceText;

/// Why a source was not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// The file is not UTF-8.
    #[error("SyntaxError: Non-UTF-8 code starting with '\\x{byte:02x}' on line {line}")]
    Encoding {
        /// The first byte that is not UTF-8.
        byte: u8,
        /// Its line, counted from 1.
        line: u32,
    },
    /// The file declares an encoding other than UTF-8 and needs it.
    #[error("SyntaxError: encoding problem: {encoding}; only UTF-8 is read here")]
    Cookie {
        /// The encoding, as declared.
        encoding: String,
    },
    /// The source breaks a rule of Python's.
    #[error("{class}: {message}")]
    Syntax {
        /// The exception that CPython raises.
        class: SyntaxClass,
        /// What is wrong, in our parser's words.
        message: String,
        /// Where.
        range: TextRange,
    },
    /// The source is nested too deeply; CPython names no place for these.
    #[error("{0}")]
    Nesting(NestingError),
    /// Python, but not yet part of this language.
    #[error("{construct} is not part of the language")]
    Unsupported {
        /// The construct, with its article: "a list".
        construct: String,
        /// Where it is.
        range: TextRange,
        /// What brings it.
        chapter: Chapter,
    },
    /// Something has outgrown what the bytecode can express.
    #[error("the {what} is too long: there may be at most {limit}")]
    TooLong {
        /// What there is too much of.
        what: &'static str,
        /// How much there may be.
        limit: u64,
    },
}

/// The exception class of a [`SourceError::Syntax`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyntaxClass {
    /// `SyntaxError`
    Syntax,
    /// `IndentationError`
    Indentation,
    /// `TabError`
    Tab,
}

/// How a source is nested too deeply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NestingError {
    /// Operators that the parser has to remember all at once.
    #[error("MemoryError: Parser stack overflowed - Python source too complex to parse")]
    Parser,
    /// A syntax tree that is too high for the compiler.
    #[error("RecursionError: maximum recursion depth exceeded during compilation")]
    Compiler,
}

/// The chapter that brings a construct.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chapter {
    /// Floats: chapter 6.
    Floats,
    /// Strings, containers, big integers and closures on a heap: chapter 7.
    Heap,
    /// Attributes and classes, with inline caches: chapter 8.
    Attributes,
    /// Exceptions and generators: chapter 10.
    Exceptions,
    /// None that is planned.
    None,
}

impl Chapter {
    /// The promise, as a clause for a message.
    fn promise(self) -> &'static str {
        match self {
            Self::Floats => "chapter 6 brings floats",
            Self::Heap => "chapter 7 brings objects on a heap",
            Self::Attributes => "chapter 8 brings attributes and classes",
            Self::Exceptions => "chapter 10 brings exceptions and generators",
            Self::None => "no chapter is planned to bring it",
        }
    }
}

impl std::fmt::Display for SyntaxClass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Syntax => "SyntaxError",
            Self::Indentation => "IndentationError",
            Self::Tab => "TabError",
        })
    }
}

impl SourceError {
    /// A plain `SyntaxError`.
    pub(crate) fn syntax(message: impl Into<String>, range: TextRange) -> SourceError {
        SourceError::Syntax { class: SyntaxClass::Syntax, message: message.into(), range }
    }

    /// What to print: CPython's format for its own errors, a picture of the
    /// place for ours. Ends without a line break.
    #[must_use]
    pub fn report(&self, source: &SourceText) -> String {
        match self {
            Self::Syntax { range, .. } => self.syntax_report(source, *range),
            Self::Unsupported { range, chapter, .. } => {
                picture(&self.to_string(), chapter.promise(), *range, source)
            }
            Self::Encoding { .. } => self.encoding_report(&source.name),
            Self::Nesting(_) | Self::Cookie { .. } => self.to_string(),
            Self::TooLong { .. } => format!("error: {}: {self}", source.name),
        }
    }

    /// CPython's words for a file that is not UTF-8, which therefore has no lines to show.
    #[must_use]
    pub fn encoding_report(&self, file: &str) -> String {
        let Self::Encoding { byte, line } = self else { return self.to_string() };
        format!(
            "SyntaxError: Non-UTF-8 code starting with '\\x{byte:02x}' in file {file} on line {line}, \
             but no encoding declared; see https://peps.python.org/pep-0263/ for details"
        )
    }

    fn syntax_report(&self, source: &SourceText, range: TextRange) -> String {
        let number = source.line_at(range.start());
        let line = source.line(number);
        let column = usize::from(range.start() - source.line_start(number)).min(line.len());
        let text = line.trim_start();
        // The caret goes under the text as it is shown, without its indentation.
        let before = line[..column].trim_start().chars().count();
        let caret =
            if text.is_empty() { String::new() } else { format!("    {}^\n", " ".repeat(before)) };
        format!("  File \"{}\", line {number}\n    {text}\n{caret}{self}", source.name)
    }
}

/// Underlines `range` of the source. Only its first line is drawn.
fn picture(title: &str, label: &str, range: TextRange, source: &SourceText) -> String {
    let number = source.line_at(range.start());
    let line = source.line(number);
    let start = usize::from(range.start() - source.line_start(number));
    let end = (start + usize::from(range.len())).min(line.len());
    let place = AnnotationKind::Primary.span(start..end).label(label);
    let snippet =
        Snippet::source(line).line_start(number as usize).path(&*source.name).annotation(place);
    Renderer::plain().render(&[Level::ERROR.primary_title(title).element(snippet)])
}
