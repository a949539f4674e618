//! Command lines that make no sense: exit status 2, and what would make sense.

use conformance::{Engine, Outcome};

use crate::Case;
use crate::program::{Program, assert_exit, outcome_of, stderr};

pub(crate) const CASES: &[Case] = &[
    ("an_unknown_engine", unknown_engine),
    ("an_unknown_stage", unknown_stage),
    ("an_unknown_list", unknown_list),
    ("an_unknown_flag", unknown_flag),
    ("a_seed_that_is_no_number", seed_that_is_no_number),
    ("two_files", two_files),
    ("json_of_nothing", json_of_nothing),
];

fn unknown_engine(engine: &Engine) {
    let outcome = refused(engine, &["--run", "--engine", "steam"]);
    assert!(stderr(&outcome).contains(engine.name()), "{}", stderr(&outcome));
}

fn unknown_stage(engine: &Engine) {
    let listed = outcome_of(engine.binary().args(["--list", "stages"]));
    assert_exit(&listed, 0);
    let outcome = refused(engine, &["--show", "poetry"]);
    for stage in String::from_utf8_lossy(&listed.stdout).split_whitespace() {
        assert!(stderr(&outcome).contains(stage), "{stage} is not offered:\n{}", stderr(&outcome));
    }
}

fn unknown_list(engine: &Engine) {
    let outcome = refused(engine, &["--list", "wishes"]);
    assert!(stderr(&outcome).contains("engines"), "{}", stderr(&outcome));
}

fn unknown_flag(engine: &Engine) {
    let outcome = refused(engine, &["--frobnicate"]);
    assert!(stderr(&outcome).contains("--help"), "{}", stderr(&outcome));
}

fn seed_that_is_no_number(engine: &Engine) {
    refused(engine, &["--run", "--hop", "often"]);
}

fn two_files(engine: &Engine) {
    refused(engine, &["--run", "bad.py"]);
}

fn json_of_nothing(engine: &Engine) {
    let outcome = refused(engine, &["--json"]);
    assert!(stderr(&outcome).contains("--show"), "{}", stderr(&outcome));
    refused(engine, &["--run", "--json"]);
}

/// Runs a good program with bad arguments, which must be noticed before the
/// program prints anything.
fn refused(engine: &Engine, arguments: &[&str]) -> Outcome {
    let program = Program::new("print(1)\n");
    let mut command = engine.binary();
    command.arg("bad.py").args(arguments).current_dir(program.folder());
    let outcome = outcome_of(&mut command);
    assert_exit(&outcome, 2);
    assert_eq!(String::from_utf8_lossy(&outcome.stdout), "");
    assert!(!outcome.stderr.is_empty());
    outcome
}
