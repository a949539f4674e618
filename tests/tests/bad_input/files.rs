//! Files that cannot be read, and files that are no Python.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use conformance::Engine;

use crate::Case;
use crate::program::{FILE_NAME, Program, assert_exit, assert_reported, outcome_of, stderr};

/// The case that the superuser cannot try.
pub(crate) const UNREADABLE_FILE: &str = "an_unreadable_file";

pub(crate) const CASES: &[Case] = &[
    ("a_missing_file", missing_file),
    (UNREADABLE_FILE, unreadable_file),
    ("a_directory", directory),
    ("an_empty_file", empty_file),
    ("no_line_feed_at_the_end", no_line_feed_at_the_end),
    ("carriage_returns", carriage_returns),
    ("a_byte_order_mark", byte_order_mark),
    ("bytes_that_are_not_utf_8", not_utf_8),
    ("a_null_byte", null_byte),
];

fn missing_file(engine: &Engine) {
    let program = Program::new("");
    let mut command = engine.command_in(program.folder(), "missing.py", None);
    let outcome = outcome_of(&mut command);
    assert_exit(&outcome, 2);
    assert!(stderr(&outcome).contains("missing.py"), "{}", stderr(&outcome));
}

fn unreadable_file(engine: &Engine) {
    let program = Program::new("print(1)\n");
    let path = program.folder().join(FILE_NAME);
    fs::set_permissions(path, Permissions::from_mode(0o000)).expect("the file is ours");
    let outcome = program.run(engine);
    assert_exit(&outcome, 2);
    assert!(stderr(&outcome).contains(FILE_NAME), "{}", stderr(&outcome));
}

fn directory(engine: &Engine) {
    let program = Program::new("");
    let outcome = outcome_of(&mut engine.command_in(program.folder(), ".", None));
    assert_exit(&outcome, 2);
    assert!(!outcome.stderr.is_empty());
}

fn empty_file(engine: &Engine) {
    assert_reported(&Program::new("").run(engine), 0, "");
}

fn no_line_feed_at_the_end(engine: &Engine) {
    prints_one(engine, b"print(1)");
}

fn carriage_returns(engine: &Engine) {
    prints_one(engine, b"if True:\r\n    print(1)\r\n");
}

fn byte_order_mark(engine: &Engine) {
    prints_one(engine, b"\xef\xbb\xbfprint(1)\n");
}

fn prints_one(engine: &Engine, source: &[u8]) {
    let outcome = Program::new(source).run(engine);
    assert_exit(&outcome, 0);
    assert_eq!(outcome.stdout, b"1\n");
}

fn not_utf_8(engine: &Engine) {
    is_a_syntax_error(engine, b"x = 1\nprint(\"\xff\")\n");
}

fn null_byte(engine: &Engine) {
    is_a_syntax_error(engine, b"print(1)\0\n");
}

fn is_a_syntax_error(engine: &Engine, source: &[u8]) {
    let outcome = Program::new(source).run(engine);
    assert_exit(&outcome, 1);
    assert_eq!(outcome.stdout, b"");
    assert!(outcome.last_error_line().starts_with("SyntaxError: "), "{}", stderr(&outcome));
}
