//! Says how two outcomes differ, in a form that one reads and not decodes.

use std::fmt::Write as _;
use std::time::Duration;

use similar::TextDiff;

use crate::outcome::Outcome;

/// Lines of a difference that are shown before the rest is cut.
const SHOWN_LINES: usize = 60;

/// Effort spent on a short difference; a longer one is shown after that.
const DIFF_TIME: Duration = Duration::from_secs(2);

/// How two outcomes differ, or `None` if they are the same. The names say
/// whose they are: `-` marks lines of the first only, `+` of the second only.
pub fn difference(first: (&str, &Outcome), second: (&str, &Outcome)) -> Option<String> {
    let ((left, a), (right, b)) = (first, second);
    let mut report = String::new();
    if a.status != b.status {
        let _ = writeln!(report, "exit status: {} ({left}), {} ({right})", a.status, b.status);
    }
    for (stream, a, b) in
        [("standard output", &a.stdout, &b.stdout), ("standard error", &a.stderr, &b.stderr)]
    {
        if a != b {
            let _ = writeln!(report, "{stream}:");
            report.push_str(&lines_that_differ((left, a), (right, b)));
        }
    }
    (!report.is_empty()).then_some(report)
}

fn lines_that_differ(first: (&str, &[u8]), second: (&str, &[u8])) -> String {
    let ((left, a), (right, b)) = (first, second);
    let (a, b) = (String::from_utf8_lossy(a), String::from_utf8_lossy(b));
    if a == b {
        return "they differ in bytes that are not UTF-8\n".to_owned();
    }
    let diff = TextDiff::configure()
        .timeout(DIFF_TIME)
        .diff_lines(a.as_ref(), b.as_ref())
        .unified_diff()
        .header(left, right)
        .to_string();
    shortened(&diff)
}

fn shortened(text: &str) -> String {
    let mut shown: String = text.split_inclusive('\n').take(SHOWN_LINES).collect();
    let cut = text.lines().count().saturating_sub(SHOWN_LINES);
    if cut > 0 {
        let _ = writeln!(shown, "… and {cut} more lines");
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Status;

    fn outcome(code: i32, stdout: &str, stderr: &str) -> Outcome {
        Outcome { status: Status::Exited(code), stdout: stdout.into(), stderr: stderr.into() }
    }

    #[test]
    fn equal_outcomes_have_no_difference() {
        let one = outcome(0, "1\n", "");
        assert_eq!(difference(("a", &one), ("b", &one)), None);
    }

    #[test]
    fn every_difference_is_named() {
        let a = outcome(0, "1\n2\n", "");
        let b = outcome(1, "1\n3\n", "NameError\n");
        let report = difference(("CPython", &a), ("ch01/jit", &b)).expect("they differ");
        for part in [
            "exit status: 0 (CPython), 1 (ch01/jit)",
            "standard output:\n--- CPython\n+++ ch01/jit\n",
            "-2\n+3\n",
            "standard error:",
            "+NameError",
        ] {
            assert!(report.contains(part), "{part:?} is missing in\n{report}");
        }
    }

    #[test]
    fn a_long_difference_is_cut() {
        let long: String = (0..500).map(|number| format!("{number}\n")).collect();
        let report = difference(("a", &outcome(0, "", "")), ("b", &outcome(0, &long, "")))
            .expect("they differ");
        assert!(report.lines().count() < SHOWN_LINES + 5);
        assert!(report.contains("more lines"));
    }
}
