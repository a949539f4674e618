//! The steps of `cargo xtask test`, as a table.

use std::process::Command;

use anyhow::{Context, Result};
use conformance::cargo::cargo;
use conformance::workspace::ONLY_CHAPTER;
use conformance::{CPython, Chapter};

use crate::suite::{Suite, report};
use crate::tally::Tally;
use crate::tools::{CHROMIUM, CLANG};
use crate::{book, oracle, stencils, tidy};

/// One step.
pub(super) struct Step {
    pub(super) name: &'static str,
    /// What it does, for its heading.
    pub(super) what: &'static str,
    /// The name of the tool without which it is left out.
    pub(super) needs: Option<&'static str>,
    pub(super) run: fn(&Suite) -> Result<Tally>,
}

/// The steps that test everything: the quick ones first.
pub(super) const ALL: &[Step] = &[
    Step {
        name: "format",
        what: "the code looks as `cargo fmt` makes it",
        needs: Some("rustfmt"),
        run: format,
    },
    Step { name: "tidy", what: "the rules of this workspace hold", needs: None, run: tidy },
    Step { name: "clippy", what: "no lint warns", needs: Some("clippy"), run: clippy },
    Step { name: "doc", what: "the documentation builds without a warning", needs: None, run: doc },
    Step {
        name: "unit",
        what: "unit tests, snapshots, examples in the documentation",
        needs: None,
        run: unit,
    },
    Step {
        name: "stencils",
        what: "the objects are what Clang makes of their C",
        needs: None,
        run: stencils,
    },
    BUILD,
    PROGRAMS,
    Step {
        name: "oracle",
        what: "the records are what CPython 3.13 prints",
        needs: Some("CPython 3.13"),
        run: oracle,
    },
    Step {
        name: "book",
        what: "the book is whole, and says what the code says",
        needs: None,
        run: book,
    },
];

/// The steps that test one chapter.
pub(super) const OF_A_CHAPTER: &[Step] = &[
    Step { name: "unit", what: "the chapter's own tests", needs: None, run: unit_of_chapter },
    BUILD,
    PROGRAMS,
];

const BUILD: Step =
    Step { name: "build", what: "release builds, one chapter at a time", needs: None, run: build };

const PROGRAMS: Step = Step {
    name: "programs",
    what: "test programs, bad input and random programs in every engine",
    needs: None,
    run: programs,
};

fn format(suite: &Suite) -> Result<Tally> {
    succeeds(&mut suite.cargo(&["fmt", "--all", "--check"]))
}

fn tidy(suite: &Suite) -> Result<Tally> {
    tidy::check(&suite.workspace)
}

fn clippy(suite: &Suite) -> Result<Tally> {
    let arguments = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
    succeeds(&mut suite.cargo(&arguments))
}

fn doc(suite: &Suite) -> Result<Tally> {
    let mut command = suite.cargo(&["doc", "--workspace", "--no-deps"]);
    succeeds(command.env("RUSTDOCFLAGS", "-D warnings"))
}

fn unit(suite: &Suite) -> Result<Tally> {
    let mut tally = Tally::default();
    // Of `conformance`, not its test targets: they are a later step.
    for selection in [
        &["--workspace", "--exclude", "conformance"][..],
        &["--package", "conformance", "--lib", "--bins"],
        &["--package", "conformance", "--doc"],
    ] {
        let mut arguments = vec!["test", "--no-fail-fast"];
        arguments.extend(selection);
        tally += report::run_tests(&mut suite.cargo(&arguments))?;
    }
    Ok(tally)
}

fn unit_of_chapter(suite: &Suite) -> Result<Tally> {
    let chapter = suite.only.as_ref().context("no chapter was chosen")?;
    let arguments = ["test", "--no-fail-fast", "--package", chapter.package()];
    report::run_tests(&mut suite.cargo(&arguments))
}

fn build(suite: &Suite) -> Result<Tally> {
    let mut tally = Tally::default();
    for chapter in suite.chapters() {
        let built = chapter.build();
        if let Err(error) = &built {
            println!("{error}");
        }
        tally += Tally::one(built.is_ok());
    }
    Ok(tally)
}

fn programs(suite: &Suite) -> Result<Tally> {
    let mut command = suite.cargo(&[
        "test",
        "--no-fail-fast",
        "--package",
        "conformance",
        "--test",
        "programs",
        "--test",
        "bad_input",
        "--test",
        "fuzz",
    ]);
    match &suite.only {
        Some(chapter) => command.env(ONLY_CHAPTER, chapter.number().to_string()),
        // It counts the jumps of chapters 2 and 3.
        None => command.args(["--test", "taken_jumps"]),
    };
    report::run_tests(&mut command)
}

fn stencils(suite: &Suite) -> Result<Tally> {
    let mut tally = stencils::check(&suite.workspace)?;
    // The suite itself has said that there is no compiler.
    if suite.is_missing(CLANG) {
        tally.skipped.clear();
    }
    Ok(tally)
}

fn oracle(suite: &Suite) -> Result<Tally> {
    oracle::check_all(&suite.workspace, CPython::find()?)
}

fn book(suite: &Suite) -> Result<Tally> {
    // The suite itself has said that there is no browser.
    let except: &[&str] = if suite.is_missing(CHROMIUM) { &["browser"] } else { &[] };
    book::check(&suite.workspace, except)
}

fn succeeds(command: &mut Command) -> Result<Tally> {
    let status = command.status().context("cannot start cargo")?;
    Ok(Tally::one(status.success()))
}

impl Suite {
    /// Cargo, for which a snapshot that is missing or different is a failure
    /// and nothing that is written to a file.
    fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = cargo(self.workspace.root(), arguments);
        command.env("INSTA_UPDATE", "no").env_remove("INSTA_FORCE_PASS");
        command
    }

    fn is_missing(&self, tool: &str) -> bool {
        self.missing.iter().any(|missing| missing.name == tool)
    }

    fn chapters(&self) -> &[Chapter] {
        match &self.only {
            Some(chapter) => std::slice::from_ref(chapter),
            None => self.workspace.chapters(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::TOOLS;

    #[test]
    fn every_tool_that_a_step_needs_is_in_the_table() {
        for needed in ALL.iter().filter_map(|step| step.needs) {
            assert!(TOOLS.iter().any(|tool| tool.name == needed), "{needed}");
        }
    }
}
