//! The tools that this workspace uses beside Rust, as one table: what each is
//! for, whether it is here, what its absence leaves out, how to get it.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use conformance::CPython;
use conformance::process;

use crate::system::{Manager, Package};

/// No tool needs long to say its version.
const PROBE_PATIENCE: Duration = Duration::from_secs(60);

/// A tool.
#[derive(Debug)]
pub(crate) struct Tool {
    pub(crate) name: &'static str,
    probe: Probe,
    /// What is not done without it, as a sentence's end: "without it, …".
    pub(crate) without: &'static str,
    need: Need,
    source: Source,
}

/// How to find a tool and its version.
#[derive(Debug)]
enum Probe {
    /// The first of these commands that works prints a version.
    Commands(&'static [&'static [&'static str]]),
    /// The same, but only a version with this major number counts.
    Major(u32, &'static [&'static [&'static str]]),
    /// The search that the oracle makes.
    CPython,
}

/// When a tool is needed, and how much.
#[derive(Debug)]
enum Need {
    /// Today; missing in CI is a failure.
    Required,
    /// As soon as this folder exists; from then on missing in CI is a failure.
    RequiredWith { folder: &'static str, comes_with: &'static str },
    /// Today, where it is present.
    Used,
    /// Today, where it is present, and only by a command other than `test`: no
    /// test lacks it.
    OnRequest,
    /// Where it is present, by a command that does not exist yet.
    UsedLater { comes_with: &'static str },
}

/// Where a tool comes from.
#[derive(Debug)]
enum Source {
    /// A command that is the same everywhere.
    Command(&'static str),
    /// The system's packages, and a remark.
    Packages(Package, &'static str),
}

/// What CPython 3.13 is to this project; `cargo xtask oracle` cannot do
/// without.
pub(crate) const CPYTHON: Tool = Tool {
    name: "CPython 3.13",
    probe: Probe::CPython,
    without: "recorded outputs and random programs are not compared with CPython itself",
    need: Need::Used,
    source: Source::Packages(
        Package { apt: "python3.13", dnf: "python3.13", pacman: "python", brew: "python@3.13" },
        "where the system has it, else `pyenv install 3.13`; or set CPYTHON313 to the path of one",
    ),
};

/// PyPy: an opponent, and nothing else.
pub(crate) const PYPY: Tool = Tool {
    name: "PyPy",
    probe: Probe::Commands(&[&["pypy3", "--version"]]),
    without: "benchmarks do not compare with it",
    need: Need::OnRequest,
    source: Source::Packages(
        Package { apt: "pypy3", dnf: "pypy3", pacman: "pypy3", brew: "pypy3" },
        "",
    ),
};

/// The name of the browser that the book is tried in.
pub(crate) const CHROMIUM: &str = "Chromium";

/// The name of the compiler of the stencils.
pub(crate) const CLANG: &str = "Clang 19";

/// All tools, those that are needed first on top.
pub(crate) static TOOLS: [Tool; 11] = [
    Tool {
        name: "rustfmt",
        probe: Probe::Commands(&[&["cargo", "fmt", "--version"]]),
        without: "the code's format is not checked",
        need: Need::Required,
        source: Source::Command("rustup component add rustfmt"),
    },
    Tool {
        name: "clippy",
        probe: Probe::Commands(&[&["cargo", "clippy", "--version"]]),
        without: "the code is not linted",
        need: Need::Required,
        source: Source::Command("rustup component add clippy"),
    },
    CPYTHON,
    Tool {
        name: CLANG,
        probe: Probe::Major(19, &[&["clang-19", "--version"], &["clang", "--version"]]),
        without: "stencils are not rebuilt from their C; the prebuilt ones are used",
        need: Need::RequiredWith { folder: "stencils", comes_with: "chapter 2" },
        source: Source::Packages(
            Package { apt: "clang-19", dnf: "clang19", pacman: "clang19", brew: "llvm@19" },
            "",
        ),
    },
    Tool {
        name: "llvm-readobj 19",
        probe: Probe::Commands(&[&["llvm-readobj-19", "--version"]]),
        without: "our reading of object files is not held against LLVM's",
        need: Need::RequiredWith { folder: "stencils", comes_with: "chapter 2" },
        source: Source::Packages(
            Package { apt: "llvm-19", dnf: "llvm19", pacman: "llvm19", brew: "llvm@19" },
            "",
        ),
    },
    Tool {
        name: CHROMIUM,
        probe: Probe::Commands(&[
            &["chromium", "--version"],
            &["chromium-browser", "--version"],
            &["google-chrome", "--version"],
            &["google-chrome-stable", "--version"],
        ]),
        without: "the book is not tried in a browser",
        need: Need::RequiredWith { folder: "book", comes_with: "the book" },
        source: Source::Packages(
            Package { apt: "chromium", dnf: "chromium", pacman: "chromium", brew: "chromium" },
            "",
        ),
    },
    PYPY,
    Tool {
        name: "Clang 22",
        probe: Probe::Major(22, &[&["clang-22", "--version"], &["clang", "--version"]]),
        without: "`cargo xtask stencils --clang clang-22` cannot try the stencils with a newer one",
        need: Need::OnRequest,
        source: Source::Packages(
            Package { apt: "clang-22", dnf: "clang", pacman: "clang", brew: "llvm" },
            "",
        ),
    },
    Tool {
        name: "LuaJIT",
        probe: Probe::Commands(&[&["luajit", "-v"]]),
        without: "benchmarks do not compare with it",
        need: Need::UsedLater { comes_with: "benchmarks in Lua" },
        source: Source::Packages(
            Package { apt: "luajit", dnf: "luajit", pacman: "luajit", brew: "luajit" },
            "",
        ),
    },
    Tool {
        name: "Miri",
        probe: Probe::Commands(&[&["rustup", "run", "nightly", "cargo", "miri", "--version"]]),
        without: "unsafe code is not run in Miri",
        need: Need::UsedLater { comes_with: "a later chapter" },
        source: Source::Command("rustup toolchain install nightly --component miri"),
    },
    Tool {
        name: "cargo-fuzz",
        probe: Probe::Commands(&[&["cargo", "fuzz", "--version"]]),
        without: "the reader of object files is not fuzzed",
        need: Need::UsedLater { comes_with: "a later chapter" },
        source: Source::Command("cargo install cargo-fuzz"),
    },
];

impl Tool {
    /// What this machine has of the tool, or `None`.
    pub(crate) fn version(&self) -> Option<String> {
        match self.probe {
            Probe::Commands(commands) => commands.iter().find_map(|words| version_of(words)),
            Probe::Major(major, commands) => {
                let mut versions = commands.iter().filter_map(|words| version_of(words));
                versions.find(|version| has_major(version, major))
            }
            Probe::CPython => CPython::find().ok().map(|cpython| {
                let built = if cpython.is_optimized() {
                    "built with optimizations"
                } else {
                    "not built with optimizations: slower than it could be"
                };
                format!("{}, {built} ({})", cpython.version(), cpython.executable().display())
            }),
        }
    }

    /// How to get it on this system.
    pub(crate) fn how_to_get(&self) -> String {
        match (&self.source, Manager::of_this_system()) {
            (Source::Command(command), _) => (*command).to_owned(),
            (Source::Packages(package, remark), Some(manager)) => {
                format!("{} {remark}", manager.install(package)).trim_end().to_owned()
            }
            (Source::Packages(package, remark), None) => {
                format!("install {} {remark}", package.apt).trim_end().to_owned()
            }
        }
    }

    /// Whether a test of the workspace of `root` uses it today.
    pub(crate) fn is_used(&self, root: &Path) -> bool {
        match self.need {
            Need::Required | Need::Used => true,
            Need::RequiredWith { folder, .. } => root.join(folder).is_dir(),
            Need::OnRequest | Need::UsedLater { .. } => false,
        }
    }

    /// Whether CI must have it.
    pub(crate) fn is_required(&self, root: &Path) -> bool {
        let required = matches!(self.need, Need::Required | Need::RequiredWith { .. });
        required && self.is_used(root)
    }

    /// What brings the first use of it.
    pub(crate) fn comes_with(&self) -> Option<&'static str> {
        match self.need {
            Need::RequiredWith { comes_with, .. } | Need::UsedLater { comes_with } => {
                Some(comes_with)
            }
            Need::Required | Need::Used | Need::OnRequest => None,
        }
    }
}

/// The first line that a command prints, if there is such a command.
fn version_of(words: &[&str]) -> Option<String> {
    let (program, arguments) = words.split_first()?;
    let mut command = Command::new(program);
    command.args(arguments);
    let outcome = process::capture(&mut command, PROBE_PATIENCE).ok()?;
    if !outcome.status.is_success() {
        return None;
    }
    let printed = String::from_utf8_lossy(&outcome.stdout);
    printed.lines().next().map(|line| line.trim().to_owned())
}

/// Whether a line like `Debian clang version 19.1.7 (3~deb12u1)` names a version
/// with this major number.
fn has_major(line: &str, major: u32) -> bool {
    let version = line.split_once("version ").map_or("", |(_, version)| version);
    version.split('.').next() == Some(&major.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_can_be_had_and_says_what_its_absence_costs() {
        for tool in &TOOLS {
            assert!(!tool.how_to_get().is_empty(), "{}", tool.name);
            assert!(!tool.without.is_empty(), "{}", tool.name);
        }
    }

    #[test]
    fn a_tool_of_a_later_chapter_is_required_with_its_folder() {
        let clang = TOOLS.iter().find(|tool| tool.name == CLANG).expect("in the table");
        let root = std::env::temp_dir().join(format!("xtask-tools-{}", std::process::id()));
        assert!(!clang.is_required(&root));
        std::fs::create_dir_all(root.join("stencils")).expect("a temporary folder");
        assert!(clang.is_required(&root));
        std::fs::remove_dir_all(root).expect("it is ours");
    }

    #[test]
    fn cpython_is_used_and_never_required() {
        let nowhere = Path::new("/nonexistent");
        assert!(CPYTHON.is_used(nowhere));
        assert!(!CPYTHON.is_required(nowhere));
    }

    #[test]
    fn another_major_version_is_another_tool() {
        let line = "Debian clang version 19.1.7 (3~deb12u1)";
        assert!(has_major(line, 19));
        assert!(!has_major(line, 1));
        assert!(!has_major("clang version 22.1.8", 19));
        assert!(!has_major("19", 19));
    }

    #[test]
    fn a_version_is_the_first_line() {
        assert_eq!(version_of(&["printf", "1.0\nmore\n"]).as_deref(), Some("1.0"));
        assert_eq!(version_of(&["false"]), None);
        assert_eq!(version_of(&["no-such-program"]), None);
    }
}
