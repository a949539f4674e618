//! What is compiled: the programs of the tests, and generated ones that are long
//! or many.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use conformance::corpus::{self, Program};

use super::source::Source;

/// The programs of the tests that are compiled.
const GROUP: &str = "part1/";

/// How CPython calls a program that it does not compile.
const NO_PROGRAM: [&str; 3] = ["SyntaxError", "IndentationError", "TabError"];

/// The workloads whose ratio tells whether compile time grows with length alone.
pub(super) const SHORT: &str = "one-10k";
pub(super) const LONG: &str = "one-1m";

/// Programs that are compiled together.
#[derive(Debug)]
pub(super) struct Workload {
    /// Its name in tables.
    pub(super) name: &'static str,
    /// What it is, in some words.
    pub(super) about: &'static str,
    /// The programs' files.
    pub(super) files: Vec<PathBuf>,
}

/// All workloads; what has to be generated is written to `folder`.
///
/// # Errors
/// The programs of the tests cannot be read, or `folder` cannot be written to.
pub(super) fn all(root: &Path, folder: &Path) -> Result<Vec<Workload>> {
    let generated = |name, about, text: String| -> Result<Workload> {
        let file = folder.join(name).with_extension("py");
        fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
        Ok(Workload { name, about, files: vec![file] })
    };
    let one = |instructions| Source::functions(1, instructions);
    Ok(vec![
        Workload { name: "programs", about: "all programs of tests/", files: programs(root)? },
        generated(SHORT, "a function of 10,000 instructions", one(10_000))?,
        generated("one-100k", "a function of 100,000 instructions", one(100_000))?,
        generated(LONG, "a function of 1,000,000 instructions", one(1_000_000))?,
        generated("many-small", "100,000 functions of 20", Source::functions(100_000, 20))?,
    ])
}

/// The programs of the tests that can be compiled, by what CPython says of them.
fn programs(root: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for program in corpus::programs(root)?.iter().filter(|it| it.label().starts_with(GROUP)) {
        if is_compiled(program)? {
            files.push(program.folder().join(program.file_name()));
        }
    }
    Ok(files)
}

fn is_compiled(program: &Program) -> Result<bool> {
    let last_line = program.record()?.outcome.last_error_line();
    Ok(!NO_PROGRAM.iter().any(|error| last_line.starts_with(error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> PathBuf {
        // Where it was compiled does not matter: build folders are shared.
        let package = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo runs the tests");
        Path::new(&package).join("..")
    }

    #[test]
    fn programs_with_syntax_errors_are_left_out() {
        let files = programs(&root()).expect("the programs are there");
        let has = |name: &str| files.iter().any(|file| file.ends_with(name));
        assert!(files.len() > 80);
        assert!(has("a_local_variable_shadows_a_global.py"));
        assert!(!has("literal_cannot_be_assigned.py"));
        assert!(!has("unexpected_indent.py"));
    }
}
