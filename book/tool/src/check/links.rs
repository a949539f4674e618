//! Each link leads to a file of the book, and to a place in it that exists;
//! nothing is loaded from elsewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use anyhow::Result;

use crate::check::html::Html;
use crate::check::{Book, Verdict};

/// What leads somewhere, and what loads something.
const LINKS: [(&str, &str); 8] = [
    ("a", "href"),
    ("link", "href"),
    ("script", "src"),
    ("img", "src"),
    ("source", "src"),
    ("iframe", "src"),
    ("object", "data"),
    ("use", "href"),
];

/// The names that can be linked to, for each file.
type Names = BTreeMap<PathBuf, BTreeSet<String>>;

pub(super) fn check(book: &Book) -> Result<Verdict> {
    let mut complaints = Vec::new();
    let mut names = Names::new();
    for html in &book.html {
        let (own, twice) = names_of(html);
        complaints.extend(
            twice.iter().map(|id| format!("{}: two elements have the id `{id}`", shown(html))),
        );
        names.insert(html.path.clone(), own);
    }
    for html in &book.html {
        for (element, attribute) in LINKS {
            for link in html.select(&format!("{element}[{attribute}]")) {
                let target = link.value().attr(attribute).unwrap_or_default();
                if let Some(what) = objection(book, &names, html, element, target) {
                    complaints.push(format!("{}: `{target}` {what}", shown(html)));
                }
            }
        }
    }
    complaints.dedup();
    Ok(Verdict::of(complaints))
}

fn shown(html: &Html) -> String {
    html.path.display().to_string()
}

/// The names in a file, and those that it has twice.
fn names_of(html: &Html) -> (BTreeSet<String>, Vec<String>) {
    let mut names = BTreeSet::new();
    let mut twice = Vec::new();
    for element in html.select("[id]") {
        let id = element.value().attr("id").unwrap_or_default().to_owned();
        if !names.insert(id.clone()) {
            twice.push(id);
        }
    }
    (names, twice)
}

/// What is wrong with a link, if anything is.
fn objection(
    book: &Book,
    names: &Names,
    html: &Html,
    element: &str,
    target: &str,
) -> Option<String> {
    if let Some((scheme, _)) = target.split_once(':').filter(|(scheme, _)| is_scheme(scheme)) {
        let stays_here = element == "a" || scheme == "data";
        return (!stays_here).then(|| "is loaded from elsewhere; put it into the book".to_owned());
    }
    if target.starts_with("//") {
        return Some("has no `https:`".to_owned());
    }
    let (path, fragment) = target.split_once('#').unwrap_or((target, ""));
    let path = path.split('?').next().unwrap_or_default();
    let file = if path.is_empty() { html.path.clone() } else { resolved(&html.path, path) };
    let file = if book.folder().join(&file).is_dir() { file.join("index.html") } else { file };
    if !book.folder().join(&file).is_file() {
        return Some(format!("leads nowhere: the book has no file {}", file.display()));
    }
    let names = names.get(&file)?;
    let is_known = fragment.is_empty() || fragment == "top" || names.contains(&decoded(fragment));
    (!is_known).then(|| format!("leads nowhere: nothing in {} has that id", file.display()))
}

fn is_scheme(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| letter.is_ascii_alphanumeric())
}

/// A path from the root of the book, for a link in a file.
fn resolved(from: &Path, link: &str) -> PathBuf {
    let link = decoded(link);
    let mut path = match link.strip_prefix('/') {
        Some(_) => PathBuf::new(),
        None => from.parent().unwrap_or(Path::new("")).to_owned(),
    };
    for part in Path::new(link.trim_start_matches('/')).components() {
        match part {
            Component::ParentDir => {
                path.pop();
            }
            Component::Normal(name) => path.push(name),
            _ => {}
        }
    }
    path
}

/// Undoes the escapes of a URL.
fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use crate::check::book::tests::sample;

    fn complaints(page: &str) -> Vec<String> {
        let files = [("book/src/x.svg", "<svg></svg>")];
        let (_folder, book) = sample(page, &files);
        let mut complaints = super::check(&book).expect("it can be checked").complaints;
        // The first page is the start page as well, and all are printed.
        complaints.retain(|complaint| complaint.starts_with("a.html"));
        complaints
    }

    #[test]
    fn links_that_lead_somewhere_are_fine() {
        let page = "# A\n\n## B c\n\n[b](#b-c) [a](a.md#a) [x](x.svg) [w](https://example.org)\n\n\
                    <p id=\"ü\"><a href=\"a.html#%C3%BC\">u</a></p>\n";
        assert_eq!(complaints(page), [""; 0]);
    }

    #[test]
    fn dead_links_are_found() {
        for link in ["[b](#c)", "[b](b.md)", "[b](a.md#c)", "<a href=\"b.html\">b</a>"] {
            let complaints = complaints(&format!("# A\n\n{link}\n"));
            assert_eq!(complaints.len(), 1, "{link}: {complaints:?}");
            assert!(complaints[0].contains("leads nowhere"), "{complaints:?}");
        }
    }

    #[test]
    fn nothing_is_loaded_from_elsewhere() {
        let complaints = complaints("# A\n\n![](https://example.org/a.png)\n\n![](b.png)\n");
        assert!(complaints[0].ends_with("put it into the book"), "{complaints:?}");
        assert!(complaints[1].ends_with("no file b.png"), "{complaints:?}");
    }

    #[test]
    fn an_id_is_there_once() {
        let complaints = complaints("# A\n\n<p id=\"x\">b</p>\n<p id=\"x\">c</p>\n");
        assert_eq!(complaints, ["a.html: two elements have the id `x`"]);
    }
}
