//! `book/recordings.toml`: which commands are recorded.

use std::fs;
use std::path::PathBuf;

use serde::Deserialize;
use thiserror::Error;

use crate::Place;

/// All recordings, in the order of their file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recordings(Vec<Recording>);

/// A command that is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// What pages call it.
    pub name: String,
    /// A line for the shell, run from the root of the repository.
    pub command: String,
    /// What it must exit with.
    pub status: i32,
    /// The tool that it needs beside cargo, if any.
    pub needs: Option<String>,
    /// What is made of its output.
    pub kind: Kind,
}

/// What is made of a command's output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// It is kept as it is.
    Text,
    /// It is a listing of machine code as JSON, of which a part is drawn.
    Strip(Part),
}

/// A part of a listing: the bytecodes of one loop, for example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The heading of the function.
    pub heading: String,
    /// What the origin of the first bytecode has in it.
    pub from: String,
    /// What the origin of the last bytecode has in it.
    pub to: String,
}

/// Why there are no recordings.
#[derive(Debug, Error)]
pub enum ListError {
    /// The list could not be read.
    #[error("cannot read book/recordings.toml: {0}")]
    Unreadable(#[from] std::io::Error),
    /// It is not a list of recordings.
    #[error("book/recordings.toml: {0}")]
    Malformed(#[from] toml::de::Error),
    /// Two recordings have one name.
    #[error("book/recordings.toml: `{0}` is there twice; give each its own name")]
    Duplicate(String),
    /// A name does not do for a file.
    #[error("book/recordings.toml: name `{0}` with small letters, digits and hyphens only")]
    Name(String),
    /// A strip does not say of what.
    #[error("book/recordings.toml: the strip `{0}` needs `heading`, `from` and `to`")]
    NoPart(String),
}

/// An entry as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    command: String,
    #[serde(default)]
    status: i32,
    needs: Option<String>,
    #[serde(default)]
    kind: WrittenKind,
    heading: Option<String>,
    from: Option<String>,
    to: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum WrittenKind {
    #[default]
    Text,
    Strip,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entries {
    #[serde(default)]
    recording: Vec<Entry>,
}

impl Recordings {
    /// Reads the list of a book. Without that file it is empty.
    ///
    /// # Errors
    /// The list is wrong.
    pub fn read(place: &Place) -> Result<Self, ListError> {
        let path = place.recordings();
        if path.exists() { Self::parse(&fs::read_to_string(path)?) } else { Ok(Self::default()) }
    }

    fn parse(text: &str) -> Result<Self, ListError> {
        let mut recordings = Self::default();
        for entry in toml::from_str::<Entries>(text)?.recording {
            let recording = Recording::try_from(entry)?;
            if recordings.get(&recording.name).is_some() {
                return Err(ListError::Duplicate(recording.name));
            }
            recordings.0.push(recording);
        }
        Ok(recordings)
    }

    /// The recording with a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Recording> {
        self.0.iter().find(|recording| recording.name == name)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Recording> {
        self.0.iter()
    }
}

impl Recording {
    /// The file that it is kept in.
    #[must_use]
    pub fn file(&self, place: &Place) -> PathBuf {
        let extension = match self.kind {
            Kind::Text => "txt",
            Kind::Strip(_) => "svg",
        };
        place.recorded().join(format!("{}.{extension}", self.name))
    }

    /// Whether it is a figure.
    #[must_use]
    pub fn is_strip(&self) -> bool {
        matches!(self.kind, Kind::Strip(_))
    }
}

impl TryFrom<Entry> for Recording {
    type Error = ListError;

    fn try_from(entry: Entry) -> Result<Self, ListError> {
        let Entry { name, command, status, needs, kind, heading, from, to } = entry;
        let fits = |letter: char| matches!(letter, 'a'..='z' | '0'..='9' | '-');
        if name.is_empty() || !name.chars().all(fits) {
            return Err(ListError::Name(name));
        }
        let kind = match (kind, heading, from, to) {
            (WrittenKind::Text, None, None, None) => Kind::Text,
            (WrittenKind::Strip, Some(heading), Some(from), Some(to)) => {
                Kind::Strip(Part { heading, from, to })
            }
            _ => return Err(ListError::NoPart(name)),
        };
        Ok(Self { name, command, status, needs, kind })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        Recordings::parse(text).expect_err("it is wrong").to_string()
    }

    #[test]
    fn a_recording_is_text_that_succeeds_unless_it_says_otherwise() {
        let text = "[[recording]]\nname = \"a\"\ncommand = \"true\"\n\
                    [[recording]]\nname = \"b\"\ncommand = \"false\"\nstatus = 1\n\
                    kind = \"strip\"\nheading = \"f:\"\nfrom = \"x\"\nto = \"y\"\n";
        let recordings = Recordings::parse(text).expect("it is right");
        let a = recordings.get("a").expect("it is there");
        assert_eq!((a.status, &a.kind), (0, &Kind::Text));
        assert_eq!(a.file(&Place::at("/r")), PathBuf::from("/r/book/recorded/a.txt"));
        let b = recordings.get("b").expect("it is there");
        assert_eq!(b.status, 1);
        assert_eq!(b.file(&Place::at("/r")), PathBuf::from("/r/book/recorded/b.svg"));
    }

    #[test]
    fn names_are_unique_and_do_for_files() {
        let entry = "[[recording]]\nname = \"a\"\ncommand = \"true\"\n";
        assert!(error(&entry.repeat(2)).contains("`a` is there twice"));
        assert!(error(&entry.replace("\"a\"", "\"../a\"")).contains("small letters"));
    }

    #[test]
    fn a_misspelled_key_is_named() {
        let text = "[[recording]]\nname = \"a\"\ncommand = \"true\"\nstats = 1\n";
        assert!(error(text).contains("stats"), "{}", error(text));
    }

    #[test]
    fn a_strip_says_of_what_and_a_text_does_not() {
        let text = "[[recording]]\nname = \"a\"\ncommand = \"true\"\n";
        assert!(error(&format!("{text}kind = \"strip\"\n")).contains("needs `heading`"));
        assert!(error(&format!("{text}from = \"x\"\n")).contains("needs `heading`"));
    }
}
