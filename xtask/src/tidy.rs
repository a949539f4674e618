//! `cargo xtask tidy`: the rules of this workspace that the compiler does not
//! know, as a table of checks.
//!
//! A check reads a [`Tree`] and returns complaints, each with a place and what
//! to do about it.

mod anchors;
mod c_functions;
mod corpus;
mod layers;
mod length;
mod listed;
mod marks;
mod mechanism;
mod module_docs;
mod opcodes;
mod tree;
mod unsafety;

use std::process::ExitCode;

use anyhow::Result;
use conformance::Workspace;

use crate::tally::Tally;
use crate::tidy::tree::{Complaint, Tree};

/// A rule, in one line, and what finds where it is broken.
type Check = (&'static str, fn(&Tree) -> Vec<Complaint>);

const CHECKS: [Check; 9] = [
    ("every file of code opens with what it is", module_docs::check),
    ("a chapter depends only on chapters before it", layers::check),
    ("a mechanism knows no language", mechanism::check),
    ("every opcode has its function in C, and every function its opcode", opcodes::check),
    ("unsafe code stands only where the list allows it", unsafety::check),
    ("long files are listed, and only get shorter", length::check),
    ("nothing is left for later in the code", marks::check),
    ("every test program has a record", corpus::check),
    ANCHORS,
];

const ANCHORS: Check = ("pages show the code's anchors, and all of them", anchors::check);

pub(crate) fn run() -> Result<ExitCode> {
    let tally = check(&Workspace::load()?)?;
    println!("{tally}");
    Ok(tally.exit_code())
}

/// Makes all checks and prints their complaints.
pub(crate) fn check(workspace: &Workspace) -> Result<Tally> {
    Ok(made(&CHECKS, &Tree::of(workspace)?))
}

/// Makes the check that is about the book.
pub(crate) fn check_anchors(workspace: &Workspace) -> Result<Tally> {
    Ok(made(&[ANCHORS], &Tree::of(workspace)?))
}

fn made(checks: &[Check], tree: &Tree) -> Tally {
    let mut tally = Tally::default();
    for (rule, check) in checks {
        let complaints = check(tree);
        if !complaints.is_empty() {
            println!("{rule}:");
        }
        for complaint in &complaints {
            println!("  {complaint}");
        }
        tally += Tally::one(complaints.is_empty());
    }
    tally
}
