//! Anchors, by which pages show code: `ANCHOR: name` and `ANCHOR_END: name`
//! come in pairs with something between them, some page shows each, and what a
//! page asks for is there. mdBook renders an anchor that it does not find as
//! nothing.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use crate::tidy::tree::{Complaint, File, Tree};

/// The pages of the book, from the workspace's root.
const PAGES: &str = "book/src";

/// The kinds of files that pages show parts of.
const CODE: &[&str] = &["rs", "c", "h", "toml", "py"];

/// What a comment line can begin with.
const COMMENTS: [&str; 3] = ["//", "/*", "#"];

/// Directives that name a file and an anchor. Paths start at the root for the
/// first, at the page for those of mdBook.
const FROM_ROOT: &str = "{{#code ";
const FROM_PAGE: [&str; 2] = ["{{#include ", "{{#rustdoc_include "];

/// A line that opens or closes an anchor.
#[derive(Debug, PartialEq, Eq)]
struct Mark<'t> {
    name: &'t str,
    opens: bool,
    /// Counted from 1.
    line: usize,
}

/// A file's anchor that a page shows.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Use {
    file: PathBuf,
    anchor: String,
}

pub(super) fn check(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let mut used = BTreeSet::new();
    for page in tree.files_with(&["md"]).filter(|file| file.path.starts_with(PAGES)) {
        for (line, one) in uses(page) {
            complaints.extend(missing(tree, &one).map(|what| page.complaint(line, what)));
            used.insert(one);
        }
    }
    for file in tree.files_with(CODE) {
        complaints.extend(wrong(file, &used));
    }
    complaints
}

/// What is wrong with a file's anchors.
fn wrong(file: &File, used: &BTreeSet<Use>) -> Vec<Complaint> {
    let marks = marks(&file.text);
    let mut names = BTreeSet::new();
    let firsts = marks.iter().filter(|mark| names.insert(mark.name));
    firsts
        .filter_map(|mark| {
            let what = objection(file, &marks, mark.name, used)?;
            Some(file.complaint(mark.line, what))
        })
        .collect()
}

fn objection(file: &File, marks: &[Mark], name: &str, used: &BTreeSet<Use>) -> Option<String> {
    let lines = |opens| {
        let of_name = marks.iter().filter(move |mark| mark.name == name && mark.opens == opens);
        of_name.map(|mark| mark.line).collect::<Vec<_>>()
    };
    let (start, end) = match (lines(true).as_slice(), lines(false).as_slice()) {
        ([start], [end]) if start < end => (*start, *end),
        _ => return Some(format!("`{name}` needs one `ANCHOR:` and one `ANCHOR_END:` below it")),
    };
    let mut inside = file.text.lines().skip(start).take(end - start - 1);
    if inside.all(|line| line.trim().is_empty() || mark(line).is_some()) {
        return Some(format!("nothing stands between `ANCHOR: {name}` and its end"));
    }
    let one = Use { file: file.path.clone(), anchor: name.to_owned() };
    (!used.contains(&one))
        .then(|| format!("no page shows the anchor `{name}`; show it, or remove the anchor"))
}

/// What is missing for a page that shows an anchor.
fn missing(tree: &Tree, one: &Use) -> Option<String> {
    let path = one.file.display();
    let Some(file) = tree.file(&one.file) else {
        let kinds = CODE.join(", ");
        return Some(format!("there is no file {path} (anchors are looked for in {kinds})"));
    };
    let is_there = marks(&file.text).iter().any(|mark| mark.opens && mark.name == one.anchor);
    (!is_there).then(|| format!("{path} has no `ANCHOR: {}`", one.anchor))
}

fn marks(text: &str) -> Vec<Mark<'_>> {
    let lines = text.lines().enumerate();
    lines
        .filter_map(|(index, line)| {
            let (name, opens) = mark(line)?;
            Some(Mark { name, opens, line: index + 1 })
        })
        .collect()
}

/// The name of the anchor that a line opens or closes, and whether it opens it.
fn mark(line: &str) -> Option<(&str, bool)> {
    let line = line.trim_start();
    let comment = COMMENTS.iter().find_map(|opener| line.strip_prefix(opener))?.trim_start();
    let (rest, opens) = match comment.strip_prefix("ANCHOR: ") {
        Some(rest) => (rest, true),
        None => (comment.strip_prefix("ANCHOR_END: ")?, false),
    };
    Some((rest.split_whitespace().next()?, opens))
}

/// The anchors that a page shows, each with the line.
fn uses(page: &File) -> Vec<(usize, Use)> {
    let folder = page.path.parent().unwrap_or(Path::new(""));
    let mut uses = Vec::new();
    for (index, line) in page.text.lines().enumerate() {
        let mut collect = |directive: &str, base: &Path| {
            uses.extend(targets(line, directive).map(|(path, anchor)| {
                (index + 1, Use { file: joined(base, path), anchor: anchor.to_owned() })
            }));
        };
        collect(FROM_ROOT, Path::new(""));
        FROM_PAGE.iter().for_each(|directive| collect(directive, folder));
    }
    uses
}

/// What stands as `PATH:ANCHOR` in a directive. Numbers are lines, not anchors.
fn targets<'l>(line: &'l str, directive: &str) -> impl Iterator<Item = (&'l str, &'l str)> {
    let starts = line.match_indices(directive).filter(|(start, _)| !line[..*start].ends_with('\\'));
    starts.filter_map(|(start, directive)| {
        let (target, _) = line[start + directive.len()..].split_once("}}")?;
        let (path, anchor) = target.trim().split_once(':')?;
        let is_name = anchor.starts_with(|letter: char| letter.is_alphabetic() || letter == '_');
        is_name.then_some((path, anchor))
    })
}

/// A path below a folder, without `..`.
fn joined(base: &Path, path: &str) -> PathBuf {
    let mut joined = base.to_owned();
    for part in Path::new(path).components() {
        match part {
            Component::ParentDir => {
                joined.pop();
            }
            part => joined.push(part),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "book/src/a.md";
    const GOOD: &str = "// ANCHOR: a\nx\n// ANCHOR_END: a\n";

    fn complaints(files: &[(&str, &str)]) -> Vec<String> {
        check(&Tree::sample(files)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_anchor_that_a_page_shows_is_fine() {
        for page in ["{{#code c/a.rs:a}}", "```rust\n{{#include ../../c/a.rs:a}}\n```"] {
            assert_eq!(complaints(&[("c/a.rs", GOOD), (PAGE, page)]), [""; 0], "{page}");
        }
        assert_eq!(
            complaints(&[("c/a.rs", "x\n"), (PAGE, "{{#include ../../c/a.rs:1:2}}")]),
            [""; 0]
        );
    }

    #[test]
    fn an_anchor_that_no_page_shows_is_found() {
        for page in ["", "{{#code c/b.rs:b}}", "\\{{#code c/a.rs:a}}"] {
            let complaints = complaints(&[("c/a.rs", GOOD), ("c/b.rs", ""), (PAGE, page)]);
            let last = complaints.last().expect("one at least");
            assert!(last.starts_with("c/a.rs:1: no page shows the anchor `a`"), "{complaints:?}");
        }
    }

    #[test]
    fn what_is_not_a_pair_or_empty_is_found() {
        let wrong = [
            "// ANCHOR: a\nx\n",
            "x\n// ANCHOR_END: a\n",
            "// ANCHOR_END: a\nx\n// ANCHOR: a\n",
            &GOOD.repeat(2),
        ];
        for text in wrong {
            let complaints = complaints(&[("a.c", text), (PAGE, "{{#code a.c:a}}")]);
            assert!(complaints.iter().any(|one| one.contains("`a` needs one")), "{complaints:?}");
        }
        let empty = "# ANCHOR: a\n\n# ANCHOR_END: a\n";
        let complaints = complaints(&[("a.py", empty), (PAGE, "{{#code a.py:a}}")]);
        assert_eq!(complaints, ["a.py:1: nothing stands between `ANCHOR: a` and its end"]);
    }

    #[test]
    fn what_a_page_asks_for_in_vain_is_found_on_the_page() {
        let files = [("c/a.rs", ""), (PAGE, "\n{{#code c/a.rs:a}}\n{{#code c/b.rs:a}}\n")];
        assert_eq!(
            complaints(&files),
            [
                "book/src/a.md:2: c/a.rs has no `ANCHOR: a`",
                "book/src/a.md:3: there is no file c/b.rs \
                 (anchors are looked for in rs, c, h, toml, py)"
            ]
        );
    }

    #[test]
    fn a_mark_is_a_comment_and_nothing_else() {
        assert_eq!(mark("    // ANCHOR: a"), Some(("a", true)));
        assert_eq!(mark("/* ANCHOR_END: a */"), Some(("a", false)));
        assert_eq!(mark("let text = \"// ANCHOR: a\";"), None);
    }
}
