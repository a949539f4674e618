//! Every program in `tests/programs/` has its record beside it, and every
//! record its program.

use std::path::Path;

use conformance::corpus::Program;

use crate::tidy::tree::{Complaint, File, Tree};

const PROGRAMS: &str = "tests/programs";

pub(super) fn check(tree: &Tree) -> Vec<Complaint> {
    tree.files_with(&["py", "expected"])
        .filter(|file| is_in_a_group(&file.path))
        .filter_map(|file| Some(file.complaint(1, objection(tree, file)?)))
        .collect()
}

/// Whether the file lies in a folder of programs, not deeper.
fn is_in_a_group(path: &Path) -> bool {
    path.ancestors().nth(2) == Some(Path::new(PROGRAMS))
}

fn objection(tree: &Tree, file: &File) -> Option<String> {
    match Program::at(&file.path) {
        Some(program) => tree.file(program.record_path()).is_none().then(|| {
            format!(
                "has no record of what it must print; make it with `{}`",
                program.recording_command()
            )
        }),
        None => {
            let program = file.path.with_extension("py");
            let what = "is the record of a program that does not exist; remove it";
            tree.file(program).is_none().then(|| what.to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(paths: &[&str]) -> Vec<String> {
        let files: Vec<_> = paths.iter().map(|path| (*path, "")).collect();
        let complaints = check(&Tree::sample(&files));
        complaints.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_program_with_its_record_is_fine() {
        let files = ["tests/programs/part1/a.py", "tests/programs/part1/a.expected"];
        assert!(complaints(&files).is_empty());
        assert!(complaints(&["book/src/a.py"]).is_empty());
    }

    #[test]
    fn a_program_without_a_record_is_named_with_the_command() {
        let complaints = complaints(&["tests/programs/part1/a.py"]);
        assert!(complaints[0].starts_with("tests/programs/part1/a.py:1: has no record"));
        assert!(complaints[0].ends_with("`cargo xtask oracle a`"), "{complaints:?}");
    }

    #[test]
    fn a_record_without_a_program_is_named() {
        let complaints = complaints(&["tests/programs/part1/a.expected"]);
        assert!(complaints[0].contains("remove it"), "{complaints:?}");
    }
}
