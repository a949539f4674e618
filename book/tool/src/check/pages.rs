//! Each page is in the summary, and has one title.

use std::path::PathBuf;

use anyhow::{Context, Result};
use walkdir::WalkDir;

use crate::check::{Book, Verdict};

pub(super) fn check(book: &Book) -> Result<Verdict> {
    let mut complaints = orphans(book)?;
    for (page, html) in book.rendered() {
        let titles = html.select("main h1").len();
        if titles != 1 {
            let source = page.source.display();
            complaints.push(format!(
                "book/src/{source}: {titles} headings are titles (`# …`); a page has exactly one"
            ));
        }
    }
    Ok(Verdict::of(complaints))
}

/// The files that nobody can get to.
fn orphans(book: &Book) -> Result<Vec<String>> {
    let folder = book.place.pages();
    let mut orphans = Vec::new();
    for entry in WalkDir::new(&folder).sort_by_file_name() {
        let entry = entry.context("cannot walk through book/src")?;
        let path: PathBuf = entry.path().strip_prefix(&folder)?.to_owned();
        let is_page = path.extension().is_some_and(|extension| extension == "md");
        let is_known = book.pages.iter().any(|page| page.source == path);
        if is_page && !is_known && path.as_os_str() != "SUMMARY.md" {
            orphans.push(format!(
                "book/src/{}: no line of SUMMARY.md leads here; add one, or remove the page",
                path.display()
            ));
        }
    }
    Ok(orphans)
}

#[cfg(test)]
mod tests {
    use crate::check::book::tests::sample;

    fn complaints(page: &str, files: &[(&str, &str)]) -> Vec<String> {
        let (_folder, book) = sample(page, files);
        super::check(&book).expect("it can be checked").complaints
    }

    #[test]
    fn a_page_of_the_summary_with_a_title_is_fine() {
        assert_eq!(complaints("# A\n\n## B\n", &[]), [""; 0]);
    }

    #[test]
    fn a_page_has_exactly_one_title() {
        assert!(complaints("Text.\n", &[])[0].starts_with("book/src/a.md: 0 headings"));
        assert!(complaints("# A\n\n# B\n", &[])[0].starts_with("book/src/a.md: 2 headings"));
    }

    #[test]
    fn a_page_that_is_not_in_the_summary_is_found() {
        let complaints = complaints("# A\n", &[("book/src/deep/b.md", "# B\n")]);
        assert_eq!(complaints.len(), 1);
        assert!(complaints[0].starts_with("book/src/deep/b.md: no line of SUMMARY.md"));
    }
}
