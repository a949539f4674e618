//! Reads a listing of machine code from JSON, as `--show code --json` prints
//! it, and takes the bytecodes of a loop out of it.

use std::ops::Range;

use serde::Deserialize;

use crate::recording::list::Part;
use crate::strip::StripError;

/// One bytecode and its machine code.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Bytecode {
    /// As the listing writes it: `5 LOAD_FAST 1 (i)`.
    pub(super) origin: String,
    /// The length of its code, in bytes.
    pub(super) length: usize,
    /// Which of these bytes are filled in while compiling.
    pub(super) holes: Vec<Range<usize>>,
}

#[derive(Debug, Deserialize)]
struct Listing {
    lines: Vec<Line>,
}

#[derive(Debug, Deserialize)]
struct Line {
    #[serde(default)]
    heading: String,
    #[serde(default)]
    origin: String,
    /// The bytes of addresses are `null`.
    #[serde(default)]
    bytes: Vec<Option<u8>>,
    #[serde(default)]
    marks: Vec<Mark>,
}

/// Bytes of a line that are filled in.
#[derive(Debug, Deserialize)]
struct Mark {
    start: usize,
    end: usize,
}

impl Bytecode {
    /// The name of its opcode, which a label may stand before.
    pub(super) fn opcode(&self) -> &str {
        let fits = |letter: char| letter.is_ascii_uppercase() || letter == '_';
        let is_name = |word: &&str| word.chars().all(fits);
        self.origin.split_whitespace().find(is_name).unwrap_or(&self.origin)
    }

    /// How many bytes are filled in.
    pub(super) fn bytes_in_holes(&self) -> usize {
        self.holes.iter().map(ExactSizeIterator::len).sum()
    }
}

/// The bytecodes of a part of the listing.
pub(super) fn part(json: &str, part: &Part) -> Result<Vec<Bytecode>, StripError> {
    let listing: Listing = serde_json::from_str(json)?;
    let mut bytecodes = bytecodes(function(&listing.lines, &part.heading)?);
    let start = position(&bytecodes, &part.from, "")?;
    let end = start + 1 + position(&bytecodes[start + 1..], &part.to, " below the first")?;
    bytecodes.truncate(end + 1);
    Ok(bytecodes.split_off(start))
}

/// The lines between a heading and the next.
fn function<'l>(lines: &'l [Line], heading: &str) -> Result<&'l [Line], StripError> {
    let is_heading = |line: &Line| !line.heading.trim().is_empty();
    let is_start = |line: &Line| line.heading.trim().starts_with(heading.trim());
    let Some(start) = lines.iter().position(is_start) else {
        let existing = lines.iter().filter(|line| is_heading(line)).map(|line| &line.heading[..]);
        let existing = listed(existing);
        return Err(StripError::NoHeading { heading: heading.to_owned(), existing });
    };
    let rest = &lines[start + 1..];
    Ok(&rest[..rest.iter().position(is_heading).unwrap_or(rest.len())])
}

/// Joins the lines of each bytecode. What stands before the first belongs to
/// none.
fn bytecodes(lines: &[Line]) -> Vec<Bytecode> {
    let mut bytecodes: Vec<Bytecode> = Vec::new();
    for line in lines {
        if !line.origin.trim().is_empty() {
            let origin = line.origin.trim().to_owned();
            bytecodes.push(Bytecode { origin, length: 0, holes: Vec::new() });
        }
        if let Some(bytecode) = bytecodes.last_mut() {
            let start = bytecode.length;
            let holes = line.marks.iter().map(|mark| start + mark.start..start + mark.end);
            bytecode.holes.extend(holes);
            bytecode.length += line.bytes.len();
        }
    }
    bytecodes
}

fn position(bytecodes: &[Bytecode], text: &str, place: &'static str) -> Result<usize, StripError> {
    bytecodes.iter().position(|bytecode| bytecode.origin.contains(text)).ok_or_else(|| {
        let existing = listed(bytecodes.iter().map(|bytecode| &bytecode.origin[..]));
        StripError::NoBytecode { text: text.to_owned(), place, existing }
    })
}

fn listed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: &str = r#"{"title": "code", "lines": [
        {"heading": "f:"},
        {"heading": "", "origin": "", "label": "", "bytes": [80], "marks": [], "text": "push"},
        {"origin": "0 LOAD_FAST 0 (n)", "bytes": [72, 184, null, null],
         "marks": [{"start": 2, "end": 4, "symbol": "fast", "is_address": true}]},
        {"origin": "", "bytes": [1, 2], "marks": [{"start": 1, "end": 2}]},
        {"origin": "1 L1: BINARY_OP 0 (+)", "bytes": [144]},
        {"origin": "2 JUMP_BACKWARD 0", "bytes": [235, 0]},
        {"heading": "g:"},
        {"origin": "0 RETURN_VALUE", "bytes": [195]}]}"#;

    fn taken(heading: &str, from: &str, to: &str) -> Result<Vec<Bytecode>, StripError> {
        let text = str::to_owned;
        part(JSON, &Part { heading: text(heading), from: text(from), to: text(to) })
    }

    #[test]
    fn lines_without_an_origin_belong_to_the_bytecode_above() {
        let bytecodes = taken("f:", "LOAD_FAST", "BINARY_OP").expect("they are there");
        assert_eq!(bytecodes.len(), 2);
        assert_eq!((bytecodes[0].opcode(), bytecodes[0].length), ("LOAD_FAST", 6));
        assert_eq!(bytecodes[0].holes, [2..4, 5..6]);
        assert_eq!(bytecodes[0].bytes_in_holes(), 3);
        assert_eq!((bytecodes[1].opcode(), bytecodes[1].length), ("BINARY_OP", 1));
    }

    #[test]
    fn what_is_not_there_is_answered_with_what_is() {
        let error = taken("h:", "a", "b").expect_err("no such function");
        assert_eq!(error.to_string(), "no heading is `h:`; there is `f:`, `g:`");
        let error = taken("f:", "RETURN", "b").expect_err("it is in another function");
        assert!(error.to_string().contains("`2 JUMP_BACKWARD 0`"), "{error}");
        let error = taken("f:", "BINARY_OP", "LOAD_FAST").expect_err("it is above");
        assert!(error.to_string().contains("below the first"), "{error}");
        assert!(matches!(
            part("{}", &Part { heading: String::new(), from: String::new(), to: String::new() }),
            Err(StripError::Malformed(_))
        ));
    }
}
