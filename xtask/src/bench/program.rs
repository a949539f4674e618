//! The programs that are raced, as a table.

/// A program of the book whose times the book shows.
#[derive(Debug)]
pub(super) struct Program {
    /// What the book calls its race.
    pub(super) name: &'static str,
    /// Its file, relative to the workspace's root.
    pub(super) path: &'static str,
}

/// All of them. Each prints its result, which all contestants must agree on,
/// and runs far longer than a process takes to start.
pub(super) const PROGRAMS: [Program; 5] = [
    Program { name: "loop", path: "book/programs/loop.py" },
    Program { name: "fib", path: "book/programs/fib.py" },
    Program { name: "primes", path: "book/programs/primes.py" },
    Program { name: "collatz", path: "book/programs/collatz.py" },
    Program { name: "calls", path: "book/programs/calls.py" },
];

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_program_exists() {
        // Where it was compiled does not matter: build folders are shared.
        let package = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo runs the tests");
        let root = Path::new(&package).join("..");
        for program in &PROGRAMS {
            assert!(root.join(program.path).is_file(), "there is no {}", program.path);
        }
    }
}
