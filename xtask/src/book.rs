//! `cargo xtask book`: builds, shows and checks the book.
//!
//! The work is done by `book-tool`, a program of its own, so that nothing but
//! this command ever compiles mdBook.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, bail};
use clap::Args;
use conformance::Workspace;
use conformance::cargo;

use crate::tally::Tally;
use crate::tidy;

const PACKAGE: &str = "book-tool";

#[derive(Args)]
pub(crate) struct Arguments {
    /// Open it in the browser
    #[arg(long)]
    open: bool,
    /// Serve it, and build it again whenever something in it changes
    #[arg(long)]
    serve: bool,
    /// With --serve: the port of this machine to serve on
    #[arg(long, requires = "serve")]
    port: Option<u16>,
    /// Check it: links, figures, recorded output, a try in a browser
    #[arg(long, conflicts_with_all = ["open", "serve", "record"])]
    check: bool,
    /// Run the commands that it shows, and keep what they print
    #[arg(long, conflicts_with_all = ["open", "serve"])]
    record: bool,
    /// With --record: only these recordings
    #[arg(value_name = "NAME", requires = "record")]
    names: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let workspace = Workspace::load()?;
    if arguments.check {
        let mut tally = tidy::check_anchors(&workspace)?;
        tally += check(&workspace, &[])?;
        return Ok(tally.exit_code());
    }
    let error = command(&workspace, &words(arguments))?.exec();
    Err(error).context("cannot run book-tool")
}

/// Checks the book, except for some checks, and counts them.
pub(crate) fn check(workspace: &Workspace, except: &[&str]) -> Result<Tally> {
    let mut words = vec!["check"];
    words.extend(except.iter().flat_map(|name| ["--except", name]));
    let mut child =
        command(workspace, &words)?.stdout(Stdio::piped()).spawn().context("cannot run it")?;
    let stdout = child.stdout.take().context("its output is a pipe")?;
    let mut report = Report::default();
    for line in BufReader::new(stdout).lines() {
        let line = line.context("lost book-tool")?;
        println!("{line}");
        report.read(&line);
    }
    let succeeded = child.wait().context("lost book-tool")?.success();
    Ok(report.finish(succeeded))
}

/// The tool's own words for what is asked for.
fn words(arguments: &Arguments) -> Vec<String> {
    let command = match arguments {
        Arguments { record: true, .. } => "record",
        Arguments { serve: true, .. } => "serve",
        _ => "build",
    };
    let mut words = vec![command.to_owned()];
    words.extend(arguments.open.then(|| "--open".to_owned()));
    words.extend(arguments.port.map(|port| format!("--port={port}")));
    words.extend(arguments.names.iter().cloned());
    words
}

/// Builds the tool if needed, and returns the command that starts it.
fn command(workspace: &Workspace, words: &[impl AsRef<OsStr>]) -> Result<Command> {
    let executable = executable(workspace);
    if !executable.exists() {
        eprintln!("Building {PACKAGE} for the first time, which takes a minute or two (mdBook).");
    }
    let mut build = cargo::cargo(workspace.root(), &["build", "--package", PACKAGE]);
    if !cargo::build(&mut build).context("cannot start cargo")? {
        bail!("{PACKAGE} does not build; the compiler's messages are above");
    }
    let mut command = Command::new(executable);
    command.args(words).current_dir(workspace.root());
    Ok(command)
}

fn executable(workspace: &Workspace) -> PathBuf {
    workspace.target_directory().join("debug").join(PACKAGE)
}

/// What the tool has printed so far.
#[derive(Debug, Default)]
struct Report {
    tally: Tally,
    /// Whether it has told how many checks passed and failed.
    has_counted: bool,
}

impl Report {
    fn read(&mut self, line: &str) {
        if let Some(reason) = line.strip_prefix("left out: ") {
            self.tally.skipped.push(reason.to_owned());
        }
        if let Some((passed, failed)) = counts(line) {
            (self.tally.passed, self.tally.failed) = (passed, failed);
            self.has_counted = true;
        }
    }

    fn finish(mut self, succeeded: bool) -> Tally {
        // A tool that died has not counted, and no check may get lost.
        if self.tally.failed == 0 && !(succeeded && self.has_counted) {
            self.tally.failed = 1;
        }
        self.tally
    }
}

/// The numbers of `3 passed, 1 failed, 0 skipped`.
fn counts(line: &str) -> Option<(u64, u64)> {
    let (passed, rest) = line.split_once(" passed, ")?;
    let (failed, _) = rest.split_once(" failed, ")?;
    Some((passed.parse().ok()?, failed.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(text: &str, succeeded: bool) -> Tally {
        let mut report = Report::default();
        text.lines().for_each(|line| report.read(line));
        report.finish(succeeded)
    }

    #[test]
    fn the_tools_counts_are_ours() {
        let text = "[1/2] links: x\n  a.html: dead\nFAILED, 0.1 s\n[2/2] browser: y\n\
                    left out: there is no Chromium here\n0 passed, 1 failed, 1 skipped\n";
        let tally = tally(text, false);
        assert_eq!((tally.passed, tally.failed), (0, 1));
        assert_eq!(tally.skipped, ["there is no Chromium here"]);
    }

    #[test]
    fn a_tool_that_dies_is_a_failure() {
        assert_eq!(tally("[1/2] links: x\n", false).failed, 1);
        assert_eq!(tally("8 passed, 0 failed, 0 skipped\n", true).failed, 0);
    }

    #[test]
    fn a_tool_that_does_not_count_is_a_failure() {
        assert_eq!(tally("all is well\n", true).failed, 1);
    }

    #[test]
    fn flags_are_handed_on_in_the_tools_words() {
        let nothing = || Arguments {
            open: false,
            serve: false,
            port: None,
            check: false,
            record: false,
            names: Vec::new(),
        };
        assert_eq!(words(&Arguments { open: true, ..nothing() }), ["build", "--open"]);
        let serve = Arguments { serve: true, open: true, port: Some(80), ..nothing() };
        assert_eq!(words(&serve), ["serve", "--open", "--port=80"]);
        let record = Arguments { record: true, names: vec!["a".to_owned()], ..nothing() };
        assert_eq!(words(&record), ["record", "a"]);
    }
}
