//! Programs of this workspace that carry out a command: each is compiled when its
//! command is first used, and so nobody else waits for what it is made of.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, bail};
use conformance::Workspace;
use conformance::cargo;

use crate::tally::Tally;

/// A program that carries out a command.
pub(crate) struct Delegate {
    /// The package, which is also the name of the program.
    pub(crate) package: &'static str,
    /// What its first build takes so long for.
    pub(crate) made_of: &'static str,
}

impl Delegate {
    /// Replaces this process by the program, which so has the terminal, Ctrl-C and
    /// the exit status to itself.
    pub(crate) fn take_over(
        &self,
        workspace: &Workspace,
        words: &[impl AsRef<OsStr>],
    ) -> Result<ExitCode> {
        let error = self.command(workspace, words)?.exec();
        Err(error).with_context(|| format!("cannot run {}", self.package))
    }

    /// Lets the program check something, shows what it prints, and counts.
    pub(crate) fn check(
        &self,
        workspace: &Workspace,
        words: &[impl AsRef<OsStr>],
    ) -> Result<Tally> {
        let mut command = self.command(workspace, words)?;
        let child = command.stdout(Stdio::piped()).spawn();
        let mut child = child.with_context(|| format!("cannot run {}", self.package))?;
        let stdout = child.stdout.take().context("its output is a pipe")?;
        let lost = || format!("lost {}", self.package);
        let mut report = Report::default();
        for line in BufReader::new(stdout).lines() {
            let line = line.with_context(lost)?;
            println!("{line}");
            report.read(&line);
        }
        let succeeded = child.wait().with_context(lost)?.success();
        Ok(report.finish(succeeded))
    }

    /// Builds the program if needed, and returns the command that starts it.
    fn command(&self, workspace: &Workspace, words: &[impl AsRef<OsStr>]) -> Result<Command> {
        let Delegate { package, made_of } = self;
        let executable = self.executable(workspace);
        if !executable.exists() {
            eprintln!(
                "Building {package} for the first time, which takes a minute or two ({made_of})."
            );
        }
        let mut build = cargo::cargo(workspace.root(), &["build", "--package", package]);
        if !cargo::build(&mut build).context("cannot start cargo")? {
            bail!("{package} does not build; the compiler's messages are above");
        }
        let mut command = Command::new(executable);
        command.args(words).current_dir(workspace.root());
        Ok(command)
    }

    fn executable(&self, workspace: &Workspace) -> PathBuf {
        workspace.target_directory().join("debug").join(self.package)
    }
}

/// What a program that checks something has printed so far.
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
        // A program that died has not counted, and no check may get lost.
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
    fn the_programs_counts_are_ours() {
        let text = "[1/2] links: x\n  a.html: dead\nFAILED, 0.1 s\n[2/2] browser: y\n\
                    left out: there is no Chromium here\n0 passed, 1 failed, 1 skipped\n";
        let tally = tally(text, false);
        assert_eq!((tally.passed, tally.failed), (0, 1));
        assert_eq!(tally.skipped, ["there is no Chromium here"]);
    }

    #[test]
    fn the_counts_of_tests_that_it_runs_are_not() {
        let text = "test result: ok. 9 passed; 0 failed; 0 ignored\n2 passed, 0 failed, 0 skipped";
        assert_eq!(tally(text, true).passed, 2);
    }

    #[test]
    fn a_program_that_dies_is_a_failure() {
        assert_eq!(tally("[1/2] links: x\n", false).failed, 1);
        assert_eq!(tally("8 passed, 0 failed, 0 skipped\n", true).failed, 0);
    }

    #[test]
    fn a_program_that_does_not_count_is_a_failure() {
        assert_eq!(tally("all is well\n", true).failed, 1);
    }
}
