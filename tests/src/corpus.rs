//! The programs in `tests/programs/`, each a small file named after what it
//! proves, with what it must print recorded beside it.
//!
//! A group is a folder. What CPython 3.13 prints is recorded beside the
//! programs of every group but one: [`DIFFERENCES`] has those on which we
//! differ, and beside them what our own engines print.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::normalize::comparable;
use crate::outcome::Outcome;
use crate::record::{Record, RecordError};
use crate::report;

/// The group of programs on which this project and CPython differ, as the book
/// says they do.
pub const DIFFERENCES: &str = "differences";

/// A program of the corpus.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Program {
    folder: PathBuf,
    group: String,
    name: String,
}

/// What recording a program changed.
#[derive(Debug, PartialEq, Eq)]
pub enum Change {
    /// There was no record.
    New,
    /// The record said something else: the difference.
    Changed(String),
    /// The record was right.
    None,
}

/// Why a program could not be compared with its record.
#[derive(Debug, Error)]
pub enum CorpusError {
    /// A file or folder cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Its path.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// Nobody has recorded what the program prints.
    #[error("{program} has no .expected file; record it with `{command}`")]
    NotRecorded {
        /// The program, `part1/name`.
        program: String,
        /// What makes the record.
        command: String,
    },
    /// The record cannot be read, or the outcome cannot be recorded.
    #[error("{}: {source}", path.display())]
    Record {
        /// The record's path.
        path: PathBuf,
        /// What is wrong with it.
        source: RecordError,
    },
}

/// All programs of the corpus of the workspace in `root`, in order of their
/// groups and names.
///
/// # Errors
/// The folder cannot be read.
pub fn programs(root: &Path) -> Result<Vec<Program>, CorpusError> {
    let mut programs = Vec::new();
    for folder in entries(&root.join("tests").join("programs"))? {
        if !folder.is_dir() {
            continue;
        }
        for path in entries(&folder)? {
            programs.extend(Program::at(&path));
        }
    }
    programs.sort();
    Ok(programs)
}

impl Program {
    /// The program in a file, if it is one: `…/GROUP/NAME.py`.
    pub fn at(path: &Path) -> Option<Self> {
        if path.extension()? != "py" {
            return None;
        }
        let folder = path.parent()?;
        Some(Self {
            group: folder.file_name()?.to_str()?.to_owned(),
            name: path.file_stem()?.to_str()?.to_owned(),
            folder: folder.to_owned(),
        })
    }

    /// The program's name without its group: what it proves.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The program's name with its group, `part1/name`.
    pub fn label(&self) -> String {
        format!("{}/{}", self.group, self.name)
    }

    /// The folder that the program lies in and runs in.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The name of its file in that folder.
    pub fn file_name(&self) -> String {
        format!("{}.py", self.name)
    }

    /// Where its record is.
    pub fn record_path(&self) -> PathBuf {
        self.folder.join(format!("{}.expected", self.name))
    }

    /// Whether CPython is known to do something else with it.
    pub fn differs_from_cpython(&self) -> bool {
        self.group == DIFFERENCES
    }

    /// The command that records what the program prints.
    pub fn recording_command(&self) -> String {
        let differences = if self.differs_from_cpython() { "--differences " } else { "" };
        format!("cargo xtask oracle {differences}{}", self.name)
    }

    /// Reads what the program must print.
    ///
    /// # Errors
    /// There is no record, or it cannot be read.
    pub fn record(&self) -> Result<Record, CorpusError> {
        let path = self.record_path();
        let bytes = fs::read(&path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => CorpusError::NotRecorded {
                program: self.label(),
                command: self.recording_command(),
            },
            _ => file_error(&path)(source),
        })?;
        Record::parse(&bytes).map_err(|source| CorpusError::Record { path, source })
    }

    /// How an outcome differs from the record, or `None` if it does not.
    ///
    /// # Errors
    /// As [`record`](Self::record).
    pub fn difference(&self, who: &str, outcome: &Outcome) -> Result<Option<String>, CorpusError> {
        let Record { recorder, outcome: expected } = self.record()?;
        if self.differs_from_cpython() {
            return Ok(report::difference((&recorder, &expected), (who, outcome)));
        }
        Ok(report::difference((&recorder, &comparable(&expected)), (who, &comparable(outcome))))
    }

    /// Makes `outcome` the record, unless the record already says the same.
    ///
    /// # Errors
    /// The record cannot be read or written, or the program prints what a
    /// record cannot hold.
    pub fn update(&self, recorder: &str, outcome: Outcome) -> Result<Change, CorpusError> {
        let change = match self.difference(recorder, &outcome) {
            Ok(None) => return Ok(Change::None),
            Ok(Some(difference)) => Change::Changed(difference),
            Err(CorpusError::NotRecorded { .. }) => Change::New,
            Err(error) => return Err(error),
        };
        let path = self.record_path();
        let record = Record { recorder: recorder.to_owned(), outcome };
        let bytes = match record.render() {
            Ok(bytes) => bytes,
            Err(source) => return Err(CorpusError::Record { path, source }),
        };
        fs::write(&path, bytes).map_err(file_error(&path))?;
        Ok(change)
    }
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, CorpusError> {
    fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect())
        .map_err(file_error(folder))
}

fn file_error(path: &Path) -> impl FnOnce(io::Error) -> CorpusError {
    let path = path.to_owned();
    move |source| CorpusError::File { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Status;

    fn printed(text: &str) -> Outcome {
        Outcome { status: Status::Exited(0), stdout: text.into(), stderr: Vec::new() }
    }

    fn program_in(folder: &Path, group: &str) -> Program {
        let folder = folder.join(group);
        fs::create_dir(&folder).expect("the folder is new");
        let path = folder.join("adds.py");
        fs::write(&path, "print(1 + 1)\n").expect("the folder is ours");
        Program::at(&path).expect("it ends in .py")
    }

    #[test]
    fn only_python_files_are_programs() {
        let program = Program::at(Path::new("programs/part1/adds.py")).expect("a program");
        assert_eq!(program.label(), "part1/adds");
        assert_eq!(program.file_name(), "adds.py");
        assert_eq!(Program::at(Path::new("programs/part1/adds.expected")), None);
    }

    #[test]
    fn a_program_without_a_record_names_the_command() {
        let folder = tempfile::tempdir().expect("there is room");
        let program = program_in(folder.path(), "part1");
        let error = program.record().expect_err("nobody recorded it");
        assert!(error.to_string().contains("`cargo xtask oracle adds`"), "{error}");
        let program = program_in(folder.path(), DIFFERENCES);
        let error = program.record().expect_err("nobody recorded it");
        assert!(error.to_string().contains("oracle --differences adds`"), "{error}");
    }

    #[test]
    fn a_record_is_made_once_and_then_compared() {
        let folder = tempfile::tempdir().expect("there is room");
        let program = program_in(folder.path(), "part1");
        let update = |text| program.update("CPython 3.13.0", printed(text));
        assert_eq!(update("2\n").expect("new"), Change::New);
        assert_eq!(update("2\n").expect("same"), Change::None);
        assert!(matches!(update("3\n").expect("other"), Change::Changed(_)));
        let difference = program.difference("ch01/jit", &printed("2\n")).expect("a record");
        assert!(difference.expect("it is 3 now").contains("-3\n+2\n"));
    }
}
