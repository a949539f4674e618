//! A file is one idea and about 400 lines at most. Longer ones are listed in
//! `xtask/tidy-exceptions.toml` with their length and a reason, and may only
//! get shorter.

use crate::tidy::listed::{Entry, Listed};
use crate::tidy::tree::{Complaint, File, Tree};

const LIST: &str = "xtask/tidy-exceptions.toml";

/// Lines that a file may have without a reason.
const LIMIT: usize = 400;

pub(super) fn check(tree: &Tree) -> Vec<Complaint> {
    let listed = match Listed::read(tree, LIST) {
        Ok(listed) => listed,
        Err(complaint) => return vec![complaint],
    };
    let in_files =
        tree.files_with(&["rs", "c", "h"]).filter_map(|file| too_long(file, listed.entry(file)));
    let in_list = listed.entries.iter().filter_map(|entry| {
        let length = tree.file(&entry.path).map(length);
        Some(listed.complaint(entry, stale(entry, length)?))
    });
    in_files.chain(in_list).collect()
}

fn too_long(file: &File, entry: Option<&Entry>) -> Option<Complaint> {
    let length = length(file);
    let what = match entry.and_then(|entry| entry.lines) {
        Some(allowed) if length > allowed => {
            format!("{length} lines; it is listed in {LIST} with {allowed} and may only shrink")
        }
        None if length > LIMIT => format!(
            "{length} lines; split it, or list it in {LIST} with a reason why {LIMIT} are too few"
        ),
        _ => return None,
    };
    Some(file.complaint(length, what))
}

/// What is wrong with an entry whose file has this length.
fn stale(entry: &Entry, length: Option<usize>) -> Option<String> {
    let Some(length) = length else {
        return Some("there is no such file; remove the entry".to_owned());
    };
    let Some(allowed) = entry.lines else {
        return Some(format!("say how long the file is: `lines = {length}`"));
    };
    if length <= LIMIT {
        return Some(format!("the file has {length} lines; remove the entry"));
    }
    (length < allowed).then(|| format!("the file got shorter: lower `lines` to {length}"))
}

fn length(file: &File) -> usize {
    file.text.lines().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(length: usize, listed: Option<usize>) -> Vec<String> {
        let text = "x\n".repeat(length);
        let entry = listed.map(|lines| {
            format!("[[file]]\npath = \"a.rs\"\nlines = {lines}\nreason = \"one table\"\n")
        });
        let mut files = vec![("a.rs", text.as_str())];
        files.extend(entry.as_deref().map(|entry| (LIST, entry)));
        let complaints = check(&Tree::sample(&files));
        complaints.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn short_files_and_listed_ones_are_fine() {
        assert!(complaints(LIMIT, None).is_empty());
        assert!(complaints(500, Some(500)).is_empty());
    }

    #[test]
    fn a_long_file_must_be_listed() {
        let complaints = complaints(LIMIT + 1, None);
        assert!(complaints[0].starts_with("a.rs:401: 401 lines; split it"), "{complaints:?}");
    }

    #[test]
    fn a_listed_file_must_not_grow() {
        let complaints = complaints(501, Some(500));
        assert_eq!(complaints.len(), 1);
        assert!(complaints[0].contains("may only shrink"), "{complaints:?}");
    }

    #[test]
    fn an_entry_follows_its_file_down() {
        assert!(complaints(450, Some(500))[0].ends_with("lower `lines` to 450"));
        assert!(complaints(LIMIT, Some(500))[0].ends_with("remove the entry"));
        let gone = check(&Tree::sample(&[(
            LIST,
            "[[file]]\npath = \"a.rs\"\nlines = 500\nreason = \"x\"\n",
        )]));
        assert!(gone[0].what.starts_with("there is no such file"));
    }
}
