//! `cargo xtask chapter`: builds a chapter and becomes its program.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};
use clap::Args;
use conformance::{Chapter, Workspace};

/// What a wrong command line ends with.
const WRONG_COMMAND_LINE: u8 = 2;

#[derive(Args)]
pub(crate) struct Arguments {
    /// The chapter's number, a program's file, and flags for the chapter;
    /// `cargo xtask chapter N --help` lists those that chapter N has. Without
    /// flags: a tour of what the chapter makes of the program. Without a number:
    /// which chapters there are
    #[arg(value_name = "WORDS", trailing_var_arg = true, allow_hyphen_values = true)]
    words: Vec<OsString>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let workspace = Workspace::load()?;
    let Some((number, rest)) = arguments.words.split_first() else {
        print!("{}", listed(workspace.chapters()));
        return Ok(ExitCode::SUCCESS);
    };
    match workspace.chapter(&number.to_string_lossy()) {
        Ok(chapter) => become_chapter(chapter, rest),
        Err(error) => {
            eprintln!("error: {error}\n\n{}", listed(workspace.chapters()));
            Ok(ExitCode::from(WRONG_COMMAND_LINE))
        }
    }
}

/// Builds the chapter if needed, then replaces this process by its program,
/// which so has the terminal, Ctrl-C and the exit status to itself.
fn become_chapter(chapter: &Chapter, arguments: &[OsString]) -> Result<ExitCode> {
    let executable = chapter.executable();
    announce_first_build(chapter);
    chapter.build()?;
    let error = Command::new(&executable).args(arguments).exec();
    Err(error).with_context(|| format!("cannot run {}", executable.display()))
}

/// Says so, if the chapter's build will be the first one, and so a long one.
pub(crate) fn announce_first_build(chapter: &Chapter) {
    if !chapter.executable().exists() {
        let package = chapter.package();
        eprintln!("Building {package} for the first time, which can take a minute or two.");
    }
}

fn listed(chapters: &[Chapter]) -> String {
    let lines: String = chapters
        .iter()
        .map(|chapter| format!("  {:>2}  {}\n", chapter.number(), chapter.title()))
        .collect();
    format!("Chapters (`cargo xtask chapter N` runs one):\n{lines}")
}
