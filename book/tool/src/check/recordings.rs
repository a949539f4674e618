//! Commands print what is recorded; each record is listed, and shown somewhere.

use std::collections::BTreeSet;
use std::fs;

use anyhow::Result;

use crate::Place;
use crate::check::{Book, Verdict};
use crate::directive::{self, Directive};
use crate::recording::run::{self, Comparison, RecordError};
use crate::recording::{Recording, Recordings};

pub(super) fn check(book: &Book) -> Result<Verdict> {
    let recordings = Recordings::read(&book.place)?;
    let shown = shown(book)?;
    let mut complaints = strangers(&book.place, &recordings)?;
    let mut remarks = Vec::new();
    for recording in recordings.iter() {
        let name = &recording.name;
        if !shown.contains(name) {
            complaints.push(format!(
                "book/recordings.toml: no page shows `{name}`; show it, or remove it"
            ));
        }
        match objection(&book.place, recording) {
            Some(Objection::NoTool(what)) if !book.is_strict => remarks.push(what),
            Some(Objection::NoTool(what) | Objection::Wrong(what)) => complaints.push(what),
            None => {}
        }
    }
    Ok(Verdict { complaints, remarks, left_out: None })
}

/// Why a record is not known to be right.
pub(super) enum Objection {
    /// It could not be compared.
    NoTool(String),
    /// It is wrong.
    Wrong(String),
}

/// What is wrong with a record, if anything is.
pub(super) fn objection(place: &Place, recording: &Recording) -> Option<Objection> {
    let name = &recording.name;
    let cure = "`cargo xtask book --record` makes it again; read it before you keep it";
    let now = match run::run(place, recording) {
        Ok(now) => now,
        Err(error @ RecordError::NoTool(_)) => {
            return Some(Objection::NoTool(format!("{name} was not compared: {error}")));
        }
        Err(error) => return Some(Objection::Wrong(format!("{name}: {error}"))),
    };
    let wrong = match run::compare(place, recording, &now) {
        Comparison::Same => return None,
        Comparison::Missing => format!("{name}: there is no record; {cure}"),
        Comparison::Different(diff) => {
            format!("{name}: `{}` prints something else; {cure}\n{diff}", recording.command)
        }
    };
    Some(Objection::Wrong(wrong))
}

/// The names of the recordings that some page shows.
fn shown(book: &Book) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for page in &book.pages {
        let text = fs::read_to_string(book.place.pages().join(&page.source))?;
        names.extend(directive::directives(&text).into_iter().filter_map(|placed| {
            match placed.directive {
                Ok(Directive::Recorded { name, .. } | Directive::Strip { name }) => {
                    Some(name.to_owned())
                }
                _ => None,
            }
        }));
    }
    Ok(names)
}

/// Files among the records that no entry makes.
fn strangers(place: &Place, recordings: &Recordings) -> Result<Vec<String>> {
    let files: BTreeSet<_> = recordings.iter().map(|recording| recording.file(place)).collect();
    let mut strangers = Vec::new();
    if !place.recorded().is_dir() {
        return Ok(strangers);
    }
    for entry in fs::read_dir(place.recorded())? {
        let path = entry?.path();
        if !files.contains(&path) {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            strangers.push(format!("book/recorded/{name}: no recording makes this; remove it"));
        }
    }
    strangers.sort();
    Ok(strangers)
}

#[cfg(test)]
mod tests {
    use crate::check::book::tests::sample;

    const LIST: &str = "[[recording]]\nname = \"r\"\ncommand = \"echo one\"\n";

    fn complaints(page: &str, record: &str, more: &[(&str, &str)]) -> Vec<String> {
        let mut files = vec![("book/recordings.toml", LIST), ("book/recorded/r.txt", record)];
        files.extend(more);
        let (_folder, book) = sample(page, &files);
        super::check(&book).expect("it can be checked").complaints
    }

    const PAGE: &str = "# A\n\n{{#recorded r}}\n";

    #[test]
    fn a_record_of_today_is_fine() {
        assert_eq!(complaints(PAGE, "one\n", &[]), [""; 0]);
    }

    #[test]
    fn a_record_of_yesterday_is_shown_with_the_difference() {
        let complaints = complaints(PAGE, "two\n", &[]);
        assert!(complaints[0].starts_with("r: `echo one` prints something else"));
        assert!(complaints[0].contains("-two\n+one\n"), "{complaints:?}");
    }

    #[test]
    fn what_no_page_shows_and_what_no_entry_makes_is_found() {
        let complaints = complaints("# A\n", "one\n", &[("book/recorded/s.txt", "")]);
        assert_eq!(complaints.len(), 2, "{complaints:?}");
        assert!(complaints[0].starts_with("book/recorded/s.txt: no recording"));
        assert!(complaints[1].contains("no page shows `r`"));
    }
}
