//! `cargo xtask stencils`: compiles the C of the stencils, and checks the objects.
//!
//! The work is done by `stencil-tool`, a program of its own, as it runs Clang in
//! the way that chapter 2 shows: this crate depends on no chapter.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;
use conformance::Workspace;

use crate::delegate::Delegate;
use crate::tally::Tally;

const STENCIL_TOOL: Delegate =
    Delegate { package: "stencil-tool", made_of: "chapters 1 and 2, with the Python parser" };

#[derive(Args)]
pub(crate) struct Arguments {
    /// Change nothing: compare the objects with their sources, and with what
    /// Clang makes of these today
    #[arg(long, conflicts_with = "list")]
    check: bool,
    /// List the objects: what they were made of, how, and by which Clang
    #[arg(long)]
    list: bool,
    /// Use this Clang. If it is not of version 19, the prebuilt objects stay as
    /// they are: its own go into `target/stencils`, and all programs run on them
    #[arg(long, value_name = "PATH")]
    clang: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    STENCIL_TOOL.take_over(&Workspace::load()?, &words(arguments)?)
}

/// Checks the objects, and counts the checks.
pub(crate) fn check(workspace: &Workspace) -> Result<Tally> {
    STENCIL_TOOL.check(workspace, &["--check"])
}

fn words(arguments: &Arguments) -> Result<Vec<OsString>> {
    let mut words: Vec<OsString> = Vec::new();
    words.extend(arguments.check.then(|| "--check".into()));
    words.extend(arguments.list.then(|| "--list".into()));
    if let Some(clang) = &arguments.clang {
        words.extend(["--clang".into(), anchored(clang)?.into_os_string()]);
    }
    Ok(words)
}

/// The same program from any folder: the tool runs in the workspace's root. A bare
/// name is looked for on the search path.
fn anchored(program: &Path) -> Result<PathBuf> {
    if program.file_name() == Some(program.as_os_str()) {
        return Ok(program.to_owned());
    }
    std::path::absolute(program).context("--clang needs a path")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_handed_on() {
        let clang = Some("clang-22".into());
        let arguments = Arguments { check: true, list: false, clang };
        assert_eq!(words(&arguments).expect("they are right"), ["--check", "--clang", "clang-22"]);
    }

    #[test]
    fn a_path_is_the_one_that_the_user_meant() {
        let here = std::env::current_dir().expect("tests run somewhere");
        assert_eq!(anchored(Path::new("./clang")).expect("a path"), here.join("clang"));
    }
}
