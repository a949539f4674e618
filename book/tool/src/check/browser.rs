//! Each page works in a browser: light and dark, on a phone and on a desk it
//! says nothing to the console, asks nobody else for anything, and does not
//! have to be scrolled sideways.

use std::collections::BTreeSet;

use anyhow::Result;

use crate::browser::Chromium;
use crate::browser::visit::{Seen, Sight, Visit, visit};
use crate::check::{Book, Verdict};

/// A light theme and a dark one.
const THEMES: [&str; 2] = ["light", "navy"];

/// A phone, and a desk.
const WIDTHS: [u32; 2] = [360, 1440];

pub(super) fn check(book: &Book) -> Result<Verdict> {
    let Some(chromium) = Chromium::find() else {
        let what = "there is no Chromium here, and so no page was opened in a browser; \
                    `cargo xtask doctor` says how to get it";
        return Ok(if book.is_strict {
            Verdict::of(vec![what.to_owned()])
        } else {
            Verdict::left_out(what)
        });
    };
    let pages: Vec<String> =
        book.pages.iter().map(|page| page.html.to_string_lossy().into_owned()).collect();
    let seen = visit(chromium, book.folder(), &visits(&pages))?;
    Ok(Verdict::of(complaints(&seen)))
}

/// Visits to all pages, in each theme and width.
#[must_use]
pub fn visits(pages: &[String]) -> Vec<Visit> {
    let each = |page: &String| {
        let page = page.clone();
        THEMES.into_iter().flat_map(move |theme| {
            let page = page.clone();
            WIDTHS.into_iter().map(move |width| Visit {
                page: page.clone(),
                theme: theme.to_owned(),
                width,
            })
        })
    };
    pages.iter().flat_map(each).collect()
}

fn complaints(seen: &Seen) -> Vec<String> {
    let sights = seen.sights.iter().flat_map(|sight| {
        let Visit { page, theme, width } = &sight.visit;
        let place = format!("{page}, {theme}, {width} pixels wide");
        objections(sight).into_iter().map(move |what| format!("{place}: {what}"))
    });
    let console = seen.console.iter().map(|line| format!("the console has a line: {line}"));
    let mut known = BTreeSet::new();
    // A page is opened several times, and says the same each time.
    sights.chain(console).filter(|complaint| known.insert(complaint.clone())).collect()
}

fn objections(sight: &Sight) -> Vec<String> {
    let mut objections = Vec::new();
    if !sight.has_theme {
        objections.push("the page does not show the theme".to_owned());
    }
    if sight.wide > sight.visible {
        let culprit = match sight.culprit.as_str() {
            "" => String::new(),
            culprit => format!("; look at {culprit}"),
        };
        objections.push(format!("one must scroll sideways to {} pixels{culprit}", sight.wide));
    }
    objections.extend(sight.outside.iter().map(|url| format!("asks for {url}")));
    objections
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::book::tests::sample;

    /// The complaints about a page, where there is a Chromium; in CI there is.
    fn complaints(page: &str) -> Option<Vec<String>> {
        let (_folder, book) = sample(page, &[]);
        let verdict = check(&book).expect("it can be checked");
        match verdict.left_out {
            Some(reason) => {
                eprintln!("left out: {reason}");
                None
            }
            None => Some(verdict.complaints),
        }
    }

    #[test]
    fn a_sound_page_is_fine() {
        if let Some(complaints) = complaints("# A\n\nText.\n\n```text\ncode\n```\n") {
            assert_eq!(complaints, [""; 0]);
        }
    }

    #[test]
    fn a_line_on_the_console_is_found() {
        let page = "# A\n\n<script>\nconsole.error('planted')\n</script>\n";
        if let Some(complaints) = complaints(page) {
            assert!(complaints[0].contains("planted"), "{complaints:?}");
        }
    }

    #[test]
    fn a_request_to_elsewhere_is_found_on_its_page() {
        let page = "# A\n\n<script>\nfetch('https://example.org/x').catch(() => {})\n</script>\n";
        if let Some(complaints) = complaints(page) {
            let found = "a.html, light, 360 pixels wide: asks for https://example.org/x";
            assert!(complaints.iter().any(|complaint| complaint == found), "{complaints:?}");
        }
    }

    #[test]
    fn a_page_that_is_too_wide_for_a_phone_is_found_with_the_culprit() {
        let page = "# A\n\n<div class=\"w\" style=\"width: 700px\">planted</div>\n";
        if let Some(complaints) = complaints(page) {
            assert_eq!(complaints.len(), THEMES.len(), "{complaints:?}");
            let found = "a.html, light, 360 pixels wide: one must scroll sideways to ";
            assert!(complaints[0].starts_with(found), "{complaints:?}");
            assert!(complaints[0].ends_with("look at <div.w> planted"), "{complaints:?}");
        }
    }
}
