//! Leaves out of an outcome what this project does not promise to reproduce,
//! so that the rest can be compared byte for byte.
//!
//! Three things, all on standard error and all listed in the book: the caret
//! lines under a traceback's source lines; CPython's warnings about code that
//! is legal but odd; and the words of a syntax error, which are our parser's.

use crate::outcome::Outcome;

/// Lines with one of these in front end the report of a source that cannot be
/// parsed.
const SYNTAX_ERRORS: [&str; 3] = ["SyntaxError", "IndentationError", "TabError"];

/// What CPython's compiler warns about.
const WARNINGS: [&str; 2] = ["SyntaxWarning", "DeprecationWarning"];

/// The part of an outcome that every engine and CPython must agree on.
pub fn comparable(outcome: &Outcome) -> Outcome {
    let stderr = String::from_utf8_lossy(&outcome.stderr);
    let stderr = without_warnings(&stderr);
    let stderr = syntax_error(&stderr).unwrap_or_else(|| without_carets(&stderr));
    Outcome { stderr: stderr.into_bytes(), ..outcome.clone() }
}

/// Drops lines of only spaces, `~` and `^`.
fn without_carets(text: &str) -> String {
    let is_carets = |line: &str| {
        let marks = line.trim();
        !marks.is_empty() && marks.bytes().all(|byte| b" ~^".contains(&byte))
    };
    text.split_inclusive('\n').filter(|line| !is_carets(line)).collect()
}

/// Drops `FILE:LINE: SyntaxWarning: …` and the source line below it.
fn without_warnings(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut lines = text.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        if is_warning(line) {
            lines.next_if(|source| source.starts_with("  "));
        } else {
            kept.push_str(line);
        }
    }
    kept
}

fn is_warning(line: &str) -> bool {
    WARNINGS.iter().any(|category| {
        line.split_once(&format!(": {category}: "))
            .and_then(|(place, _)| place.rsplit_once(':'))
            .is_some_and(|(_, number)| number.parse::<u32>().is_ok())
    })
}

/// Reduces the report of a syntax error to its place and its class. `None` if
/// the text is something else; a traceback in it means that the program ran.
fn syntax_error(text: &str) -> Option<String> {
    if text.contains("Traceback (most recent call last):") {
        return None;
    }
    let class = SYNTAX_ERRORS.into_iter().find(|class| {
        text.lines().any(|line| line.strip_prefix(class).is_some_and(|rest| rest.starts_with(':')))
    })?;
    let place = text.lines().find(|line| line.starts_with("  File \"")).unwrap_or_default();
    Some(format!("{place}\n{class}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Status;

    fn normalized(stderr: &str) -> String {
        let outcome = Outcome {
            status: Status::Exited(1),
            stdout: b"~~^~~\n".to_vec(),
            stderr: stderr.as_bytes().to_vec(),
        };
        let comparable = comparable(&outcome);
        assert_eq!(comparable.stdout, outcome.stdout);
        String::from_utf8(comparable.stderr).expect("the input was UTF-8")
    }

    #[test]
    fn caret_lines_are_dropped_and_source_lines_are_kept() {
        let with = "Traceback (most recent call last):\n  \
                    File \"a.py\", line 2, in <module>\n    \
                    print(1 ^ x)\n          ~~^~~\n\
                    NameError: name 'x' is not defined\n";
        let without = "Traceback (most recent call last):\n  \
                       File \"a.py\", line 2, in <module>\n    \
                       print(1 ^ x)\n\
                       NameError: name 'x' is not defined\n";
        assert_eq!(normalized(with), without);
    }

    #[test]
    fn an_empty_line_is_not_a_caret_line() {
        assert_eq!(normalized("a\n\n   \nb\n"), "a\n\n   \nb\n");
    }

    #[test]
    fn warnings_go_with_their_source_line() {
        let with = "a.py:1: SyntaxWarning: \"is\" with 'int' literal. Did you mean \"==\"?\n  \
                    print(x is 1)\n\
                    a.py:2: DeprecationWarning: Bitwise inversion '~' on bool is deprecated.\n\
                    Traceback (most recent call last):\n";
        assert_eq!(normalized(with), "Traceback (most recent call last):\n");
    }

    #[test]
    fn a_line_that_only_mentions_a_warning_stays() {
        let text = "NameError: SyntaxWarning: no place in front\n";
        assert_eq!(normalized(text), text);
    }

    #[test]
    fn of_a_syntax_error_the_place_and_the_class_remain() {
        let cpython =
            "  File \"a.py\", line 3\n    foo(\n       ^\nSyntaxError: '(' was never closed\n";
        let ours =
            "  File \"a.py\", line 3\n    foo(\n        ^\nSyntaxError: unexpected end of file\n";
        assert_eq!(normalized(cpython), "  File \"a.py\", line 3\nSyntaxError\n");
        assert_eq!(normalized(cpython), normalized(ours));
    }

    #[test]
    fn different_lines_or_classes_of_a_syntax_error_stay_different() {
        let here = normalized("  File \"a.py\", line 3\nSyntaxError: x\n");
        assert_ne!(here, normalized("  File \"a.py\", line 4\nSyntaxError: x\n"));
        assert_ne!(here, normalized("  File \"a.py\", line 3\nIndentationError: x\n"));
    }

    #[test]
    fn a_traceback_is_never_taken_for_a_syntax_error() {
        let text = "Traceback (most recent call last):\nSyntaxError: words\n";
        assert_eq!(normalized(text), text);
    }
}
