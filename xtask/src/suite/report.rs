//! Reads what test runners print while they print it: counts the results,
//! passes on what a reader wants to see, and drops a line for every test that
//! passed.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::tally::Tally;

/// Runs a `cargo test` and counts its tests.
pub(super) fn run_tests(command: &mut Command) -> Result<Tally> {
    let mut child = command.stdout(Stdio::piped()).spawn().context("cannot start cargo")?;
    let stdout = child.stdout.take().context("its output is a pipe")?;
    let mut report = Report::default();
    for line in BufReader::new(stdout).split(b'\n') {
        let line = line.context("lost cargo")?;
        let line = String::from_utf8_lossy(&line);
        if report.read(&line) {
            println!("{line}");
        }
    }
    let succeeded = child.wait().context("lost cargo")?.success();
    Ok(report.finish(succeeded))
}

/// What has been read so far.
#[derive(Debug, Default)]
struct Report {
    tally: Tally,
    /// Between a runner's `failures:` and its result everything is shown.
    in_failures: bool,
}

impl Report {
    /// Reads a line and says whether to show it.
    fn read(&mut self, line: &str) -> bool {
        if let Some(result) = line.strip_prefix("test result: ") {
            self.in_failures = false;
            return self.count(result);
        }
        if line == "failures:" {
            self.in_failures = true;
        }
        if self.in_failures {
            return true;
        }
        match test_line(line) {
            Some((_, "ok")) => false,
            Some((name, verdict)) if verdict.starts_with("ignored") => {
                self.tally.skipped.push(left_out(name, verdict));
                false
            }
            Some(_) => true,
            None => !line.is_empty() && !line.starts_with("running "),
        }
    }

    /// Counts a result, and says whether there was any test in it.
    fn count(&mut self, result: &str) -> bool {
        let passed = number_before(result, " passed");
        let failed = number_before(result, " failed");
        self.tally.passed += passed;
        self.tally.failed += failed;
        passed + failed > 0
    }

    fn finish(mut self, succeeded: bool) -> Tally {
        // A test that does not compile, or a runner that died, has no result.
        if !succeeded && self.tally.failed == 0 {
            self.tally.failed = 1;
        }
        self.tally
    }
}

/// The name and the verdict of `test NAME ... VERDICT`.
fn test_line(line: &str) -> Option<(&str, &str)> {
    let (name, verdict) = line.strip_prefix("test ")?.rsplit_once(" ... ")?;
    Some((name.trim_end(), verdict))
}

/// Why a test was left out. Rust's own runner writes `ignored, reason`, the
/// one of `conformance` `ignored (reason)`.
fn left_out(name: &str, verdict: &str) -> String {
    let reason = verdict.trim_start_matches("ignored").trim_start_matches(", ");
    let reason = reason.trim_start_matches(" (").trim_end_matches(')');
    if reason.is_empty() {
        return format!("{name}: its code says `#[ignore]`, without a reason");
    }
    format!("{name}: {reason}")
}

fn number_before(text: &str, word: &str) -> u64 {
    let front = text.split_once(word).map_or("", |(front, _)| front);
    let digits = front.rsplit(' ').next().unwrap_or_default();
    digits.parse().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSING: &str = "
running 3 tests
test a::b ... ok
test ch01/jit/x         ... ignored (root can read every file)
test c ... ignored, needs a network

test result: ok. 1 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.1s
";

    const FAILING: &str = "
running 2 tests
test a ... FAILED
test b ... ok

failures:

---- a stdout ----
assertion failed

failures:
    a

test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out
";

    /// The tally of a text, and the lines that are shown.
    fn read(text: &str, succeeded: bool) -> (Tally, Vec<&str>) {
        let mut report = Report::default();
        let shown = text.lines().filter(|line| report.read(line)).collect();
        (report.finish(succeeded), shown)
    }

    #[test]
    fn of_passing_tests_only_the_result_is_shown() {
        let (tally, shown) = read(PASSING, true);
        assert_eq!((tally.passed, tally.failed), (1, 0));
        assert_eq!(shown.len(), 1);
        assert!(shown[0].starts_with("test result: ok. 1 passed"));
    }

    #[test]
    fn ignored_tests_are_left_out_with_their_reason() {
        let (tally, _) = read(PASSING, true);
        assert_eq!(tally.skipped, ["ch01/jit/x: root can read every file", "c: needs a network"]);
    }

    #[test]
    fn failures_are_shown_in_full() {
        let (tally, shown) = read(FAILING, false);
        assert_eq!((tally.passed, tally.failed), (1, 1));
        assert!(shown.contains(&"test a ... FAILED"));
        assert!(shown.contains(&"assertion failed"));
        assert!(!shown.contains(&"test b ... ok"));
    }

    #[test]
    fn results_add_up() {
        let both = [PASSING, FAILING].concat();
        let (tally, _) = read(&both, false);
        assert_eq!((tally.passed, tally.failed, tally.skipped.len()), (2, 1, 2));
    }

    #[test]
    fn a_build_that_fails_is_one_failure() {
        let (tally, _) = read("", false);
        assert_eq!((tally.passed, tally.failed), (0, 1));
    }
}
