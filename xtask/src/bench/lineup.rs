//! Who takes part: every engine of every chapter that builds and can run here,
//! the peers that are found, and those of the command line, in this order.

use std::collections::HashSet;

use anyhow::{Result, bail};
use conformance::outcome::{Outcome, Status};
use conformance::process::{self, PATIENCE};
use conformance::{Chapter, Engine, Lineup, Workspace};

use crate::bench::contestant::Contestant;
use crate::bench::peer::{self, Peer};
use crate::chapter::announce_first_build;

/// A file name that stands for standard input; ours is empty, and so a program
/// that does nothing.
pub(super) const EMPTY_PROGRAM: &str = "-";

/// What a chapter's program exits with when it does not run something; a panic
/// has another status.
pub(super) const REFUSED: i32 = 1;
pub(super) const WRONG_COMMAND_LINE: i32 = 2;

/// All contestants. Who is left out is said on standard error.
///
/// # Errors
/// Two have the same name, an engine crashes, or there is none.
pub(super) fn assemble(workspace: &Workspace, peers: &[Peer]) -> Result<Vec<Contestant>> {
    let mut contestants = engines(workspace.chapters())?;
    contestants.extend(peer::found());
    contestants.extend(peers.iter().map(Peer::contestant));
    refuse_namesakes(&contestants)?;
    Ok(contestants)
}

fn engines(chapters: &[Chapter]) -> Result<Vec<Contestant>> {
    chapters.iter().filter(|chapter| chapter.runs_python()).for_each(announce_first_build);
    let lineup = Lineup::assemble(chapters);
    for (chapter, error) in &lineup.broken {
        eprintln!("left out: {chapter}: {error}");
    }
    let mut contestants = Vec::new();
    for engine in lineup.engines {
        let outcome = process::capture(&mut engine.command(EMPTY_PROGRAM), PATIENCE)?;
        match excuse(&engine, &outcome)? {
            Some(excuse) => eprintln!("left out: {engine}: {excuse}"),
            None => contestants.push(Contestant::engine(engine)),
        }
    }
    if contestants.is_empty() {
        bail!("there is no engine to race; `cargo xtask chapter` lists the chapters");
    }
    Ok(contestants)
}

/// Why an engine takes no part, from what it did with an empty program: one
/// that needs another machine than this says so and ends.
fn excuse(engine: &Engine, outcome: &Outcome) -> Result<Option<String>> {
    match outcome.status {
        Status::Exited(0) => Ok(None),
        Status::Exited(REFUSED | WRONG_COMMAND_LINE) => Ok(Some(outcome.last_error_line())),
        status => bail!("{engine} crashed on an empty program, exit status: {status}"),
    }
}

fn refuse_namesakes(contestants: &[Contestant]) -> Result<()> {
    let mut names = HashSet::new();
    match contestants.iter().find(|contestant| !names.insert(&contestant.name)) {
        Some(Contestant { name, .. }) => {
            bail!("two contestants are called `{name}`; give the peer another name")
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn engine() -> Engine {
        Engine::new(1, "jit".to_owned(), "ch01".into())
    }

    fn ended(status: Status) -> Outcome {
        Outcome { status, stdout: Vec::new(), stderr: b"the jit needs x86-64\n".to_vec() }
    }

    #[test]
    fn an_engine_that_cannot_run_here_is_excused_in_its_own_words() {
        assert_eq!(excuse(&engine(), &ended(Status::Exited(0))).expect("it ran"), None);
        let excuse = excuse(&engine(), &ended(Status::Exited(1))).expect("it ended by itself");
        assert_eq!(excuse.as_deref(), Some("the jit needs x86-64"));
    }

    #[test]
    fn an_engine_that_crashes_is_not_excused() {
        for status in [Status::Killed(11), Status::Exited(101)] {
            let error = excuse(&engine(), &ended(status)).expect_err("it crashed");
            assert!(error.to_string().contains("ch01/jit crashed"), "{error}");
        }
    }

    #[test]
    fn namesakes_are_refused() {
        let contestant = |name| Contestant::other(name, None, vec!["true".into()]);
        assert!(refuse_namesakes(&[contestant("a"), contestant("b")]).is_ok());
        let error = refuse_namesakes(&[contestant("a"), contestant("a")]).expect_err("two are a");
        assert!(error.to_string().contains("`a`"), "{error}");
    }
}
