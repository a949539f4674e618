//! The program's text: decoded once, and able to say which line a place is on.

use ruff_source_file::{LineIndex, OneIndexed};
use ruff_text_size::TextSize;

use crate::error::SourceError;

/// A source file that is text.
#[derive(Clone, Debug)]
pub struct SourceText {
    /// The file's name as it was given on the command line.
    pub name: String,
    text: String,
    lines: LineIndex,
}

impl SourceText {
    /// Decodes a source file.
    ///
    /// # Errors
    /// [`SourceError::Encoding`] when it is not UTF-8 (a byte order mark is
    /// fine), [`SourceError::Cookie`] when it says so itself, and
    /// [`SourceError::TooLong`] at 4 GiB.
    pub fn decode(name: String, bytes: Vec<u8>) -> Result<SourceText, SourceError> {
        if let Some(encoding) = other_encoding(&bytes) {
            return Err(SourceError::Cookie { encoding });
        }
        let mut text = String::from_utf8(bytes).map_err(|error| {
            let valid = error.utf8_error().valid_up_to();
            let bytes = error.as_bytes();
            let line = bytes[..valid].iter().filter(|&&byte| byte == b'\n').count() as u32 + 1;
            SourceError::Encoding { byte: bytes[valid], line }
        })?;
        if text.starts_with('\u{feff}') {
            text.remove(0);
        }
        if text.contains('\r') {
            // As for CPython, every kind of line end is the same, also inside strings.
            text = text.replace("\r\n", "\n").replace('\r', "\n");
        }
        if TextSize::try_from(text.len()).is_err() {
            return Err(SourceError::TooLong { what: "source file", limit: u32::MAX.into() });
        }
        let lines = LineIndex::from_source_text(&text);
        Ok(SourceText { name, text, lines })
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The number of the line that a place is on, counted from 1.
    #[must_use]
    pub fn line_at(&self, offset: TextSize) -> u32 {
        self.lines.line_index(offset).get() as u32
    }

    /// How many lines there are; the text behind the last line break counts as one.
    #[must_use]
    pub fn line_count(&self) -> u32 {
        self.lines.line_count() as u32
    }

    /// Where a line starts; `number` counts from 1.
    #[must_use]
    pub fn line_start(&self, number: u32) -> TextSize {
        self.lines.line_start(one_indexed(number), &self.text)
    }

    /// A line without its line break; `number` counts from 1. Empty where there
    /// is none: past the end, and at 0, the line of a module's first instruction.
    #[must_use]
    pub fn line(&self, number: u32) -> &str {
        if number == 0 || number > self.line_count() {
            return "";
        }
        let range = self.lines.line_range(one_indexed(number), &self.text);
        self.text[range].trim_end_matches(['\n', '\r'])
    }
}

/// The encoding that one of the first two lines declares (PEP 263), if it is not
/// UTF-8 and the source has bytes for which that matters.
fn other_encoding(bytes: &[u8]) -> Option<String> {
    if bytes.is_ascii() {
        return None;
    }
    let mut comments = bytes.split(|&byte| byte == b'\n').take(2).map(String::from_utf8_lossy);
    let declared = comments.find_map(|line| {
        let comment = line.trim_start().strip_prefix('#')?.to_owned();
        let (_, name) = comment.split_once("coding:").or_else(|| comment.split_once("coding="))?;
        let is_part = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        Some(name.trim_start().chars().take_while(|&c| is_part(c)).collect::<String>())
    })?;
    let normal = declared.to_ascii_lowercase().replace('_', "-");
    let is_utf8 = normal == "utf8" || normal == "utf-8" || normal.starts_with("utf-8-");
    (!is_utf8 && !declared.is_empty()).then_some(declared)
}

fn one_indexed(number: u32) -> OneIndexed {
    OneIndexed::new(number as usize).expect("lines are counted from 1")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(bytes: &[u8]) -> Result<SourceText, SourceError> {
        SourceText::decode("t.py".into(), bytes.to_vec())
    }

    #[test]
    fn lines_are_found_whatever_ends_them() {
        let source = decode(b"one\r\ntwo\rthree\n").unwrap();
        assert_eq!(
            (1..=5).map(|n| source.line(n)).collect::<Vec<_>>(),
            ["one", "two", "three", "", ""]
        );
        assert_eq!(source.line_at(TextSize::new(5)), 2);
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_text() {
        assert_eq!(decode(b"\xef\xbb\xbfx").unwrap().text(), "x");
    }

    #[test]
    fn an_encoding_other_than_utf8_is_refused_where_it_matters() {
        let error = decode(b"# -*- coding: latin-1 -*-\nx = '\xe9'").unwrap_err();
        assert_eq!(error, SourceError::Cookie { encoding: "latin-1".into() });
        assert!(decode(b"# -*- coding: latin-1 -*-\nx = 'e'").is_ok());
        assert!(decode("# vim: set fileencoding=utf-8 :\nx = 'é'".as_bytes()).is_ok());
    }

    #[test]
    fn what_is_not_utf8_is_refused_with_its_line() {
        let error = decode(b"x\n\xff").unwrap_err();
        assert!(matches!(error, SourceError::Encoding { byte: 0xff, line: 2 }), "{error:?}");
    }
}
