//! Lists of files that may break a rule, each with its reason: TOML files
//! beside this crate.

use std::path::PathBuf;

use toml::{Table, Value};

use crate::tidy::tree::{Complaint, File, Tree};

/// A file that may break a rule.
#[derive(Debug)]
pub(super) struct Entry {
    /// Its path, relative to the workspace's root. Its reason is for readers
    /// of the list; that there is one has been checked.
    pub(super) path: PathBuf,
    /// How long it is, in the list of long files.
    pub(super) lines: Option<usize>,
}

/// A list, read.
#[derive(Debug)]
pub(super) struct Listed<'t> {
    /// The list's own file, if there is one.
    list: Option<&'t File>,
    pub(super) entries: Vec<Entry>,
}

impl<'t> Listed<'t> {
    /// Reads the list in a file. Without that file it is empty.
    pub(super) fn read(tree: &'t Tree, path: &str) -> Result<Self, Complaint> {
        let Some(list) = tree.file(path) else {
            return Ok(Self { list: None, entries: Vec::new() });
        };
        let table: Table = list.text.parse().map_err(|error: toml::de::Error| {
            let start = error.span().map_or(0, |span| span.start);
            let line = list.text[..start].lines().count().max(1);
            list.complaint(line, error.message())
        })?;
        let entries = match table.get("file") {
            Some(Value::Array(entries)) => entries.as_slice(),
            _ => &[],
        };
        let entries = entries.iter().map(|entry| Entry::read(entry, list));
        Ok(Self { list: Some(list), entries: entries.collect::<Result<_, _>>()? })
    }

    /// The entry of a file, if it is listed.
    pub(super) fn entry(&self, file: &File) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.path == file.path)
    }

    /// A complaint about an entry.
    pub(super) fn complaint(&self, entry: &Entry, what: String) -> Complaint {
        let list = self.list.expect("an entry stands in a list");
        list.complaint(list.line_with(&entry.path.to_string_lossy()), what)
    }
}

impl Entry {
    fn read(entry: &Value, list: &File) -> Result<Self, Complaint> {
        let text = |key| entry.get(key).and_then(Value::as_str).unwrap_or_default();
        let path = text("path");
        if path.is_empty() {
            return Err(
                list.complaint(1, "an entry does not say which file it is about, in `path`")
            );
        }
        if text("reason").is_empty() {
            return Err(list.complaint(list.line_with(path), "say why, in `reason`"));
        }
        let lines = entry.get("lines").and_then(Value::as_integer);
        Ok(Self { path: path.into(), lines: lines.and_then(|lines| lines.try_into().ok()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRY: &str = "[[file]]\npath = \"a.rs\"\nreason = \"\"\n";

    #[test]
    fn a_missing_list_is_empty() {
        let tree = Tree::sample(&[]);
        let listed = Listed::read(&tree, "list.toml").expect("empty");
        assert!(listed.entries.is_empty());
    }

    #[test]
    fn an_entry_needs_a_reason() {
        let tree = Tree::sample(&[("list.toml", ENTRY)]);
        let complaint = Listed::read(&tree, "list.toml").expect_err("no reason");
        assert_eq!(complaint.to_string(), "list.toml:2: say why, in `reason`");
    }

    #[test]
    fn an_entry_needs_a_path() {
        let tree = Tree::sample(&[("list.toml", "[[file]]\nreason = \"x\"\n")]);
        let complaint = Listed::read(&tree, "list.toml").expect_err("no path");
        assert!(complaint.what.ends_with("in `path`"), "{complaint}");
    }

    #[test]
    fn a_mistake_in_the_list_has_a_line() {
        let tree = Tree::sample(&[("list.toml", "\n[[file]]\npath = a.rs\n")]);
        let complaint = Listed::read(&tree, "list.toml").expect_err("no quotes");
        assert_eq!(complaint.line, 3, "{complaint}");
    }
}
