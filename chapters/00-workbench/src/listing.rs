//! Listings: what every `--show` prints. A listing is plain text with columns
//! that line up, and names where others print addresses, so that it is the
//! same on every machine and can be a snapshot. Chapter 0 of the book reads one.

use std::fmt;
use std::ops::Range;

/// A titled table of lines, one per instruction or row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Printed above the lines, unless it is empty.
    pub title: String,
    /// The lines, in order.
    pub lines: Vec<Line>,
}

/// One line of a listing. Columns that no line fills are not printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// A title in the midst of the listing; the line then has no columns.
    pub heading: String,
    /// Where this came from (a source line, a bytecode instruction); blank when
    /// it is the same as in the line before. A line that has nothing else heads
    /// those that follow, and does not make the column wider.
    pub origin: String,
    /// A name for this place: `L1`.
    pub label: String,
    /// The bytes that the line stands for.
    pub bytes: Vec<u8>,
    /// Which of the bytes are not fixed but were filled in, and with what.
    pub marks: Vec<Mark>,
    /// The instruction or row itself.
    pub text: String,
    /// An explanation, printed behind the text.
    pub note: String,
}

// ANCHOR: mark
/// A range of bytes that holds the value of a symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The bytes, counted from the first byte of what is marked.
    pub bytes: Range<usize>,
    /// The symbol's name.
    pub symbol: String,
    /// Whether the value is an address. Those differ from run to run, so they
    /// are printed as `..`.
    pub is_address: bool,
}
// ANCHOR_END: mark

impl Listing {
    /// An empty listing with a title.
    #[must_use]
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), lines: Vec::new() }
    }

    /// A listing of plain lines of text, without a title.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        Self { title: String::new(), lines: text.lines().map(Line::text).collect() }
    }

    /// Appends another listing: a blank line, its title, and its lines.
    pub fn append(&mut self, other: Listing) {
        if !self.lines.is_empty() {
            self.lines.push(Line::default());
        }
        if !other.title.is_empty() {
            self.lines.push(Line { heading: other.title, ..Line::default() });
        }
        self.lines.extend(other.lines);
    }
}

impl Line {
    /// A line with nothing but text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// Whether the byte with this index belongs to an address.
    pub(crate) fn is_address(&self, index: usize) -> bool {
        self.marks.iter().any(|mark| mark.is_address && mark.bytes.contains(&index))
    }

    /// What is printed in each column.
    fn cells(&self) -> [String; 5] {
        let colon = if self.label.is_empty() { "" } else { ":" };
        let label = format!("{}{colon}", self.label);
        [self.origin.clone(), label, self.hexadecimal(), self.text.clone(), self.note.clone()]
    }

    /// The bytes in hexadecimal; those under a mark are bracketed: `b8 [2a 00 00 00]`,
    /// or `b8 [.. .. .. ..]` if they are an address.
    fn hexadecimal(&self) -> String {
        let mut text = String::new();
        for (index, byte) in self.bytes.iter().enumerate() {
            let starts = self.marks.iter().any(|mark| mark.bytes.start == index);
            let ends = self.marks.iter().any(|mark| mark.bytes.end == index + 1);
            let space = if index == 0 { "" } else { " " };
            let (open, close) = (if starts { "[" } else { "" }, if ends { "]" } else { "" });
            let byte = if self.is_address(index) { "..".to_owned() } else { format!("{byte:02x}") };
            text.push_str(&format!("{space}{open}{byte}{close}"));
        }
        text
    }
}

impl fmt::Display for Listing {
    /// Writes the listing with its columns lined up and no blanks at line ends.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.title.is_empty() {
            writeln!(f, "{}", self.title)?;
        }
        let rows: Vec<[String; 5]> = self.lines.iter().map(Line::cells).collect();
        let is_head = |row: &&[String; 5]| row[1..].iter().all(String::is_empty);
        let widths: [usize; 5] = std::array::from_fn(|column| {
            let in_columns = rows.iter().filter(|row| !is_head(row));
            in_columns.map(|row| row[column].chars().count()).max().unwrap_or(0)
        });
        for (line, row) in self.lines.iter().zip(&rows) {
            let mut text = line.heading.clone();
            let widths = if is_head(&row) { [0; 5] } else { widths };
            for (cell, width) in
                row.iter().zip(widths).filter(|(cell, width)| width + cell.len() > 0)
            {
                text.push_str(&format!("{cell:width$}  "));
            }
            writeln!(f, "{}", text.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_empty_ones_vanish() {
        let mut listing = Listing::new("two rows:");
        listing.lines.push(Line { label: "L1".into(), ..Line::text("load") });
        listing.lines.push(Line { note: "a note".into(), ..Line::text("add 1") });
        assert_eq!(listing.to_string(), "two rows:\nL1:  load\n     add 1  a note\n");
    }

    #[test]
    fn a_line_with_an_origin_alone_heads_the_others() {
        let mut listing = Listing::default();
        listing.lines.push(Line { origin: "a long origin".into(), ..Line::default() });
        listing.lines.push(Line { origin: "  ".into(), bytes: vec![0xc3], ..Line::text("ret") });
        assert_eq!(listing.to_string(), "a long origin\n    c3  ret\n");
    }

    #[test]
    fn marked_bytes_are_bracketed() {
        let mark = |is_address| Mark { bytes: 1..5, symbol: "answer".into(), is_address };
        let line = |is_address| Line {
            bytes: vec![0xb8, 42, 0, 0, 0],
            marks: vec![mark(is_address)],
            ..Line::default()
        };
        assert_eq!(line(false).hexadecimal(), "b8 [2a 00 00 00]");
        assert_eq!(line(true).hexadecimal(), "b8 [.. .. .. ..]");
    }

    #[test]
    fn an_appended_listing_keeps_its_title_as_a_heading() {
        let mut listing = Listing::from_text("one");
        listing.append(Listing { title: "second:".into(), lines: vec![Line::text("two")] });
        assert_eq!(listing.to_string(), "one\n\nsecond:\ntwo\n");
    }
}
