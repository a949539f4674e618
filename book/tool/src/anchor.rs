//! Excerpts of code, by anchor: the lines between `ANCHOR: name` and
//! `ANCHOR_END: name`, each in a comment of its own line.
//!
//! mdBook renders an anchor that it does not find as nothing. Here every such
//! mistake is an error.

use thiserror::Error;

/// Lines that an excerpt may have: what a reader can hold in the head.
pub const LONGEST_EXCERPT: usize = 25;

/// What a comment line can begin with, in the languages of this repository.
const COMMENTS: [&str; 6] = ["//", "/*", "#", "<!--", "--", ";"];

/// Why there is no excerpt.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum AnchorError {
    /// No line opens the anchor.
    #[error("no `ANCHOR: {name}` in this file; it has {existing}")]
    Unknown {
        /// The anchor.
        name: String,
        /// The anchors that there are, as a list to read.
        existing: String,
    },
    /// More than one line opens it.
    #[error("`ANCHOR: {0}` stands more than once in this file; give each its own name")]
    Duplicate(String),
    /// No line, or more than one, closes it.
    #[error("`ANCHOR: {0}` needs exactly one `ANCHOR_END: {0}` below it")]
    Unclosed(String),
    /// There is nothing in it.
    #[error("nothing stands between `ANCHOR: {0}` and its end")]
    Empty(String),
    /// There is too much in it.
    #[error(
        "the excerpt `{name}` has {lines} lines, and {LONGEST_EXCERPT} are the most; \
         set the anchors closer, or show it in two parts"
    )]
    TooLong {
        /// The anchor.
        name: String,
        /// How long it is.
        lines: usize,
    },
}

/// A line that opens or closes an anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark<'t> {
    Open(&'t str),
    Close(&'t str),
}

/// The lines of an anchor, without the marks of others inside it and without
/// the indentation that all of them have.
///
/// # Errors
/// The anchor is not there exactly once, is not closed, is empty, or is longer
/// than [`LONGEST_EXCERPT`].
pub fn excerpt(text: &str, name: &str) -> Result<String, AnchorError> {
    let lines: Vec<&str> = text.lines().collect();
    let open = positions(&lines, Mark::Open(name));
    let close = positions(&lines, Mark::Close(name));
    let start = match open.as_slice() {
        [] => return Err(unknown(&lines, name)),
        [start] => *start,
        _ => return Err(AnchorError::Duplicate(name.to_owned())),
    };
    let end = match close.as_slice() {
        [end] if *end > start => *end,
        _ => return Err(AnchorError::Unclosed(name.to_owned())),
    };
    let inside: Vec<&str> =
        lines[start + 1..end].iter().copied().filter(|line| mark(line).is_none()).collect();
    if inside.iter().all(|line| line.trim().is_empty()) {
        return Err(AnchorError::Empty(name.to_owned()));
    }
    if inside.len() > LONGEST_EXCERPT {
        return Err(AnchorError::TooLong { name: name.to_owned(), lines: inside.len() });
    }
    Ok(dedented(&inside))
}

fn positions(lines: &[&str], wanted: Mark) -> Vec<usize> {
    let marked = lines.iter().enumerate().filter(|(_, line)| mark(line) == Some(wanted));
    marked.map(|(index, _)| index).collect()
}

/// What a line marks, if it marks something.
fn mark(line: &str) -> Option<Mark<'_>> {
    let line = line.trim_start();
    let comment = COMMENTS.iter().find_map(|opener| line.strip_prefix(opener))?.trim_start();
    let name = |rest: &'_ str| rest.split_whitespace().next().map(str::len);
    if let Some(rest) = comment.strip_prefix("ANCHOR: ") {
        return Some(Mark::Open(&rest.trim_start()[..name(rest)?]));
    }
    let rest = comment.strip_prefix("ANCHOR_END: ")?;
    Some(Mark::Close(&rest.trim_start()[..name(rest)?]))
}

fn unknown(lines: &[&str], name: &str) -> AnchorError {
    let existing: Vec<String> = lines
        .iter()
        .filter_map(|line| match mark(line) {
            Some(Mark::Open(name)) => Some(format!("`{name}`")),
            _ => None,
        })
        .collect();
    let existing = if existing.is_empty() { "no anchors".to_owned() } else { existing.join(", ") };
    AnchorError::Unknown { name: name.to_owned(), existing }
}

/// Removes the indentation that all lines share.
fn dedented(lines: &[&str]) -> String {
    let indent = |line: &&str| line.len() - line.trim_start().len();
    let shared =
        lines.iter().filter(|line| !line.trim().is_empty()).map(indent).min().unwrap_or_default();
    let lines = lines.iter().map(|line| line.get(shared..).unwrap_or_default().trim_end());
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "fn a() {\n    // ANCHOR: outer\n    let b = 1;\n\n    // ANCHOR: inner\n    \
                        if b {\n        c();\n    }\n    // ANCHOR_END: inner\n    // ANCHOR_END: \
                        outer\n}\n";

    #[test]
    fn an_excerpt_is_dedented_and_has_no_marks_in_it() {
        assert_eq!(
            excerpt(CODE, "outer").expect("it is there"),
            "let b = 1;\n\nif b {\n    c();\n}"
        );
        assert_eq!(excerpt(CODE, "inner").expect("it is there"), "if b {\n    c();\n}");
    }

    #[test]
    fn an_unknown_anchor_is_answered_with_those_that_exist() {
        let error = excerpt(CODE, "inn").expect_err("there is none");
        assert!(error.to_string().ends_with("it has `outer`, `inner`"), "{error}");
        let error = excerpt("fn a() {}", "x").expect_err("there is none");
        assert!(error.to_string().ends_with("it has no anchors"), "{error}");
    }

    #[test]
    fn anchors_that_are_not_pairs_are_refused() {
        let twice = "// ANCHOR: a\nx\n// ANCHOR_END: a\n// ANCHOR: a\ny\n// ANCHOR_END: a\n";
        assert_eq!(excerpt(twice, "a"), Err(AnchorError::Duplicate("a".to_owned())));
        for text in ["// ANCHOR: a\nx\n", "// ANCHOR_END: a\n// ANCHOR: a\nx\n"] {
            assert_eq!(excerpt(text, "a"), Err(AnchorError::Unclosed("a".to_owned())));
        }
    }

    #[test]
    fn an_excerpt_is_neither_empty_nor_long() {
        let empty = "# ANCHOR: a\n\n# ANCHOR_END: a\n";
        assert_eq!(excerpt(empty, "a"), Err(AnchorError::Empty("a".to_owned())));
        let long = format!("# ANCHOR: a\n{}# ANCHOR_END: a\n", "x\n".repeat(LONGEST_EXCERPT + 1));
        assert!(matches!(excerpt(&long, "a"), Err(AnchorError::TooLong { lines: 26, .. })));
        let limit = format!("# ANCHOR: a\n{}# ANCHOR_END: a\n", "x\n".repeat(LONGEST_EXCERPT));
        assert!(excerpt(&limit, "a").is_ok());
    }

    #[test]
    fn a_mark_is_a_comment_and_nothing_else() {
        assert_eq!(mark("    // ANCHOR: a"), Some(Mark::Open("a")));
        assert_eq!(mark("/* ANCHOR_END: a */"), Some(Mark::Close("a")));
        assert_eq!(mark("let text = \"// ANCHOR: a\";"), None);
        assert_eq!(mark("// see ANCHOR: a"), None);
    }
}
