//! A part of a recording: from the line that contains one text to the next
//! that contains another.

use thiserror::Error;

/// What stands where lines were left out.
const CUT: &str = "…";

/// No line has that in it.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("no line{place} of the recording has `{text}` in it; see {file}")]
pub struct NoSuchLine {
    text: String,
    place: &'static str,
    file: String,
}

/// The lines from the first that contains `from` to the next one that contains
/// `to`, both included. `file` is named in errors.
///
/// # Errors
/// There is no such line.
pub fn excerpt(
    recorded: &str,
    from: Option<&str>,
    to: Option<&str>,
    file: &str,
) -> Result<String, NoSuchLine> {
    let lines: Vec<&str> = recorded.lines().collect();
    let missing =
        |text: &str, place| NoSuchLine { text: text.to_owned(), place, file: file.into() };
    let start = match from {
        None => 0,
        Some(text) => position(&lines, text).ok_or_else(|| missing(text, ""))?,
    };
    // The line that opens the part may contain the end's text as well.
    let search = if from.is_some() { start + 1 } else { start };
    let end = match to {
        None => lines.len(),
        Some(text) => {
            let rest = lines.get(search..).unwrap_or_default();
            let place = if from.is_some() { " below the first" } else { "" };
            search + position(rest, text).ok_or_else(|| missing(text, place))? + 1
        }
    };
    let before = (start > 0).then_some(CUT);
    let after = (end < lines.len()).then_some(CUT);
    let shown = before.into_iter().chain(lines[start..end].iter().copied()).chain(after);
    Ok(shown.collect::<Vec<_>>().join("\n"))
}

fn position(lines: &[&str], text: &str) -> Option<usize> {
    lines.iter().position(|line| line.contains(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORDED: &str = "head\n  f: start\none\ntwo\ng: start\nthree\n";

    fn cut(from: Option<&str>, to: Option<&str>) -> String {
        excerpt(RECORDED, from, to, "r.txt").expect("the lines are there")
    }

    #[test]
    fn cuts_are_marked() {
        assert_eq!(cut(None, None), RECORDED.trim_end());
        assert_eq!(cut(Some("f:"), Some("two")), "…\n  f: start\none\ntwo\n…");
        assert_eq!(cut(Some("g:"), None), "…\ng: start\nthree");
        assert_eq!(cut(None, Some("head")), "head\n…");
    }

    #[test]
    fn the_end_is_searched_below_the_start() {
        assert_eq!(cut(Some("f:"), Some("start")), "…\n  f: start\none\ntwo\ng: start\n…");
    }

    #[test]
    fn a_text_that_no_line_has_is_an_error() {
        let error = excerpt(RECORDED, Some("h:"), None, "r.txt").expect_err("no such line");
        assert_eq!(error.to_string(), "no line of the recording has `h:` in it; see r.txt");
        let error = excerpt(RECORDED, Some("g:"), Some("one"), "r.txt").expect_err("it is above");
        assert!(error.to_string().contains("below the first"), "{error}");
    }
}
