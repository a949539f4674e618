//! Runs Clang, for the C of any language's stencils: finds one that knows their
//! calling convention, and turns a source file into an object file. Chapter 2 of
//! the book, "A function that never returns".

use std::ffi::OsStr;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Output};

/// The major version that stencils are compiled with: the first one with
/// `preserve_none`, and CPython 3.14's.
const MAJOR: u32 = 19;

/// Variables by which Clang would take what is on the command line for something else.
const VARIABLES: [&str; 3] = ["CCC_OVERRIDE_OPTIONS", "CPATH", "C_INCLUDE_PATH"];

/// A Clang of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clang {
    executable: PathBuf,
    version: String,
    number: String,
    major: u32,
}

/// A C file, and how to compile it.
#[derive(Clone, Copy, Debug)]
pub struct TranslationUnit<'a> {
    /// Where Clang is started. Paths in flags are relative to it.
    pub folder: &'a Path,
    /// The file, relative to the folder: its name gets into the object.
    pub source: &'a Path,
    /// The machine and the system that the object is for, as in
    /// `x86_64-unknown-linux-gnu`.
    pub target: &'a str,
    /// All other words of the command line, such as `-O3` and `-DINTERPRETER`.
    pub flags: &'a [String],
}

/// Why there is no Clang, or no object.
#[derive(Debug, thiserror::Error)]
pub enum ClangError {
    /// Nothing on the search path is the version that is wanted.
    #[error(
        "there is no Clang {MAJOR} here: `clang-{MAJOR}` is missing, and `clang` is {}; \
         to get it, on Debian and Ubuntu: sudo apt-get install clang-{MAJOR}",
        instead.as_deref().unwrap_or("missing, too")
    )]
    NotFound {
        /// How `clang` calls itself, if there is one.
        instead: Option<String>,
    },
    /// The program could not be started.
    #[error("cannot run `{}`: {reason}; give the path of a Clang", executable.display())]
    NotStarted {
        /// What was to be run.
        executable: PathBuf,
        /// What the system said.
        reason: io::Error,
    },
    /// The program is something else.
    #[error("`{} --version` names no version of Clang; give the path of one", executable.display())]
    NotClang {
        /// What was run.
        executable: PathBuf,
    },
    /// The compiler does not know the calling convention of stencils yet.
    #[error(
        "`{}` is {version}, without the calling convention `preserve_none`; \
         Clang {MAJOR} is the first that has it", executable.display()
    )]
    TooOld {
        /// What was run.
        executable: PathBuf,
        /// How it calls itself.
        version: String,
    },
    /// The compiler has no such calling convention for the target.
    #[error(
        "{version} has no calling convention `preserve_none` for {target}, so that {} \
         cannot be compiled for it; take another target, or a newer Clang", file.display()
    )]
    NoPreserveNone {
        /// How the compiler calls itself.
        version: String,
        /// The target.
        target: String,
        /// The C file.
        file: PathBuf,
    },
    /// The C is wrong, or a flag is.
    #[error("{version} does not compile {}; it says:\n{}", file.display(), said.trim_end())]
    Failed {
        /// How the compiler calls itself.
        version: String,
        /// The C file.
        file: PathBuf,
        /// What it printed.
        said: String,
    },
}

impl Clang {
    /// The Clang of the version that stencils are compiled with, by default.
    ///
    /// # Errors
    /// There is none on the search path.
    pub fn find() -> Result<Clang, ClangError> {
        if let Ok(clang) = Clang::ask(Path::new(&format!("clang-{MAJOR}"))) {
            return Ok(clang);
        }
        match Clang::ask(Path::new("clang")) {
            Ok(clang) if clang.is_default() => Ok(clang),
            other => Err(ClangError::NotFound { instead: other.ok().map(|clang| clang.version) }),
        }
    }

    /// The Clang with this path, or this name on the search path, of any version
    /// that can compile stencils.
    ///
    /// # Errors
    /// It cannot be started, is no Clang, or is too old.
    pub fn at(executable: &Path) -> Result<Clang, ClangError> {
        let clang = Clang::ask(&anchored(executable))?;
        if clang.major < MAJOR {
            return Err(ClangError::TooOld {
                executable: clang.executable,
                version: clang.version,
            });
        }
        Ok(clang)
    }

    /// Asks a program for its version.
    fn ask(executable: &Path) -> Result<Clang, ClangError> {
        let output = Command::new(executable).arg("--version").output();
        let output = output.map_err(|reason| not_started(executable, reason))?;
        let printed = String::from_utf8_lossy(&output.stdout);
        let version = printed.lines().next().unwrap_or_default().trim();
        let (number, major) = version_number(version)
            .ok_or_else(|| ClangError::NotClang { executable: executable.to_owned() })?;
        Ok(Clang {
            executable: executable.to_owned(),
            version: version.to_owned(),
            number: number.to_owned(),
            major,
        })
    }

    /// Whether this is of the major version that [`Clang::find`] looks for.
    #[must_use]
    pub fn is_default(&self) -> bool {
        self.major == MAJOR
    }

    /// What is run: a path, or a name on the search path.
    #[must_use]
    pub fn executable(&self) -> &Path {
        &self.executable
    }

    /// How it calls itself, build and distribution included: what compiles to the
    /// same bytes as another Clang says the same.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The version as a number, `19.1.7`.
    #[must_use]
    pub fn version_number(&self) -> &str {
        &self.number
    }

    /// Compiles a C file, and returns the bytes of the object file.
    ///
    /// # Errors
    /// Clang cannot be started, finds the C or a flag wrong, or has no
    /// `preserve_none` for the target.
    pub fn compile(&self, unit: &TranslationUnit<'_>) -> Result<Vec<u8>, ClangError> {
        Ok(self.run(unit, &["-c", "-o", "-"])?.stdout)
    }

    /// The files that the object depends on, relative to the unit's folder: the
    /// source itself and, in the order in which they are met, what it includes, but
    /// for Clang's own headers.
    ///
    /// # Errors
    /// As of [`compile`](Self::compile).
    pub fn inputs(&self, unit: &TranslationUnit<'_>) -> Result<Vec<PathBuf>, ClangError> {
        let rule = self.run(unit, &["-MM"])?.stdout;
        Ok(prerequisites(&String::from_utf8_lossy(&rule)))
    }

    fn run(&self, unit: &TranslationUnit<'_>, what: &[&str]) -> Result<Output, ClangError> {
        let mut command = Command::new(&self.executable);
        command.current_dir(unit.folder).arg(format!("--target={}", unit.target));
        command.args(unit.flags).args(what).arg(unit.source);
        for variable in VARIABLES {
            command.env_remove(variable);
        }
        let output = command.output().map_err(|reason| not_started(&self.executable, reason))?;
        let said = String::from_utf8_lossy(&output.stderr);
        let (version, file) = (self.version.clone(), unit.folder.join(unit.source));
        // By default this is only a warning, and the code is silently wrong.
        if lacks_preserve_none(&said) {
            return Err(ClangError::NoPreserveNone { version, target: unit.target.into(), file });
        }
        if !output.status.success() {
            return Err(ClangError::Failed { version, file, said: said.into_owned() });
        }
        Ok(output)
    }
}

/// The path that means the same program in any folder. A bare name is looked for on
/// the search path.
fn anchored(executable: &Path) -> PathBuf {
    if executable.file_name() == Some(executable.as_os_str()) {
        return executable.to_owned();
    }
    std::path::absolute(executable).unwrap_or_else(|_| executable.to_owned())
}

fn not_started(executable: &Path, reason: io::Error) -> ClangError {
    ClangError::NotStarted { executable: executable.to_owned(), reason }
}

/// The number in `Debian clang version 19.1.7 (3~deb12u1)`, and its first part.
fn version_number(line: &str) -> Option<(&str, u32)> {
    let (_, rest) = line.split_once("clang version ")?;
    let number = rest.split_whitespace().next()?;
    let digits = number.split(|letter: char| !letter.is_ascii_digit()).next()?;
    Some((number, digits.parse().ok()?))
}

/// Whether the compiler has complained about the attribute, and not about how it
/// is used.
fn lacks_preserve_none(said: &str) -> bool {
    said.lines().filter(|line| line.contains("'preserve_none'")).any(|line| {
        line.contains("is not supported for this target") || line.contains("unknown attribute")
    })
}

/// The files behind the colon of a rule for `make`, `part1.o: part1.c include/op.h \`.
fn prerequisites(rule: &str) -> Vec<PathBuf> {
    let (_, files) = rule.split_once(':').unwrap_or_default();
    let files = files.replace("\\\n", " ").replace("\\ ", "\0");
    files.split_whitespace().map(|file| normal(Path::new(&file.replace('\0', " ")))).collect()
}

/// `examples/../include/op.h` as `include/op.h`.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        let can_drop = normal.file_name().is_some_and(|name| name != OsStr::new(".."));
        match part {
            Component::CurDir => {}
            Component::ParentDir if can_drop => {
                normal.pop();
            }
            part => normal.push(part),
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    const STENCILS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../stencils");

    /// Clang, where there is one. That a test run was without is what
    /// `cargo xtask test` says.
    fn clang() -> Option<Clang> {
        Clang::find().ok()
    }

    fn unit<'a>(folder: &'a Path, source: &'a str, target: &'a str) -> TranslationUnit<'a> {
        TranslationUnit { folder, source: Path::new(source), target, flags: &[] }
    }

    #[test]
    fn a_version_is_read_whoever_has_built_it() {
        let debian = "Debian clang version 19.1.7 (3~deb12u1)";
        assert_eq!(version_number(debian), Some(("19.1.7", 19)));
        let own = "clang version 22.0.0git (https://github.com/llvm/llvm-project 0123abc)";
        assert_eq!(version_number(own), Some(("22.0.0git", 22)));
        assert_eq!(version_number("Apple clang version 15.0.0 (x)"), Some(("15.0.0", 15)));
        assert_eq!(version_number("gcc (Debian 12.2.0-14) 12.2.0"), None);
        assert_eq!(version_number("clang version unknown"), None);
    }

    #[test]
    fn the_files_of_a_rule_are_read_over_its_lines() {
        let rule = "rpn.o: examples/rpn.c examples/../include/stencil.h \\\n  a\\ b.c\n";
        let files = ["examples/rpn.c", "include/stencil.h", "a b.c"].map(PathBuf::from);
        assert_eq!(prerequisites(rule), files);
        assert!(prerequisites("").is_empty());
    }

    #[test]
    fn parent_folders_above_the_first_are_kept() {
        assert_eq!(normal(Path::new("../../a/./b/../c.h")), Path::new("../../a/c.h"));
    }

    #[test]
    fn only_a_missing_calling_convention_is_called_one() {
        assert!(lacks_preserve_none(
            "a.c:1:16: warning: 'preserve_none' calling convention is not supported for this target"
        ));
        assert!(lacks_preserve_none("a.c:1:16: error: unknown attribute 'preserve_none' ignored"));
        assert!(!lacks_preserve_none(
            "a.c:1:16: error: 'preserve_none' attribute takes no arguments"
        ));
        assert!(!lacks_preserve_none("a.c:1:1: error: unknown attribute 'stencil' ignored"));
    }

    #[test]
    fn a_clang_that_was_not_found_can_be_had() {
        let message = |instead: Option<&str>| {
            ClangError::NotFound { instead: instead.map(str::to_owned) }.to_string()
        };
        assert!(message(None).ends_with("sudo apt-get install clang-19"));
        assert!(message(None).contains("`clang` is missing, too;"));
        let debian = message(Some("Debian clang version 14.0.6"));
        assert!(debian.contains("`clang` is Debian clang version 14.0.6;"), "{debian}");
    }

    #[test]
    fn what_is_no_clang_is_named() {
        let error = Clang::at(Path::new("no-such-clang")).unwrap_err().to_string();
        assert!(error.starts_with("cannot run `no-such-clang`: "), "{error}");
        let error = Clang::at(Path::new("cargo")).unwrap_err().to_string();
        assert!(error.starts_with("`cargo --version` names no version of Clang"), "{error}");
    }

    #[test]
    fn an_object_is_the_same_wherever_its_folder_is() {
        let Some(clang) = clang() else { return };
        let target = "x86_64-unknown-linux-gnu";
        let above = unit(Path::new(STENCILS), "fixtures/foreign.c", target);
        let folder = Path::new(STENCILS).join("fixtures");
        let inside = unit(&folder, "foreign.c", target);
        let object = clang.compile(&above).expect("it compiles");
        assert!(object.starts_with(b"\x7fELF"));
        assert_eq!(clang.compile(&inside).expect("it compiles"), object);
    }

    #[test]
    fn a_source_depends_on_what_it_includes() {
        let Some(clang) = clang() else { return };
        let unit = unit(Path::new(STENCILS), "part1.c", "x86_64-unknown-linux-gnu");
        let inputs = clang.inputs(&unit).expect("it can be read");
        assert_eq!(inputs[0], Path::new("part1.c"));
        assert!(inputs.contains(&"include/stencil.h".into()), "{inputs:?}");
        assert!(inputs.iter().all(|input| input.is_relative()), "{inputs:?}");
    }

    #[test]
    fn what_clang_says_about_an_error_is_passed_on() {
        let Some(clang) = clang() else { return };
        let unit = unit(Path::new(STENCILS), "no-such.c", "x86_64-unknown-linux-gnu");
        let error = clang.compile(&unit).unwrap_err().to_string();
        assert!(error.contains("does not compile"), "{error}");
        assert!(error.contains("no such file or directory: 'no-such.c'"), "{error}");
    }

    #[test]
    fn a_target_without_the_calling_convention_is_refused() {
        let Some(clang) = clang() else { return };
        let flags = ["-ffreestanding".to_owned()];
        let unit = unit(Path::new(STENCILS), "part1.c", "i386-unknown-linux-gnu");
        let unit = TranslationUnit { flags: &flags, ..unit };
        let error = clang.compile(&unit).unwrap_err().to_string();
        assert!(error.contains("no calling convention `preserve_none` for i386"), "{error}");
    }
}
