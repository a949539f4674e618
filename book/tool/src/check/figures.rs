//! Each drawing can be heard and has a caption.

use anyhow::Result;
use scraper::ElementRef;

use crate::check::html::{around, children, text};
use crate::check::{Book, Verdict};

/// What is around the drawings that mdBook adds, its icons.
const ICONS: [&str; 2] = ["fa-svg", "blockquote-tag-title"];

/// What is around the second of the two pictures that mdBook makes of one.
const ENLARGED: &str = "img-wrapper";

pub(super) fn check(book: &Book) -> Result<Verdict> {
    let mut complaints = Vec::new();
    for (page, html) in book.rendered() {
        let drawings = html.select("main svg").into_iter().filter(|svg| !is_inside(*svg));
        for (index, svg) in drawings.filter(|svg| !is_in(*svg, &ICONS)).enumerate() {
            let place = format!("book/src/{}: drawing {}", page.source.display(), index + 1);
            complaints.extend(objections(svg).map(|what| format!("{place} {what}")));
        }
        let pictures = html.select("main img:not([alt]), main img[alt='']");
        let pictures = pictures.into_iter().filter(|picture| !is_in(*picture, &[ENLARGED]));
        complaints.extend(pictures.map(|_| {
            format!("book/src/{}: a picture has no text in `![…]`", page.source.display())
        }));
    }
    Ok(Verdict::of(complaints))
}

fn objections(svg: ElementRef) -> impl Iterator<Item = &'static str> {
    let is_blank = |name| children(svg, name).next().is_none_or(|one| text(one).is_empty());
    let figure = around(svg, "figure");
    let caption = figure.and_then(|figure| {
        children(figure, "figcaption").next().filter(|caption| !text(*caption).is_empty())
    });
    let rules = [
        (svg.value().attr("role") != Some("img"), "needs role=\"img\""),
        (is_blank("title"), "needs a <title>: what it is"),
        (is_blank("desc"), "needs a <desc>: what it shows, in words"),
        (figure.is_none(), "must stand in a <figure>"),
        (figure.is_some() && caption.is_none(), "needs a <figcaption> in its figure"),
    ];
    rules.into_iter().filter(|(is_broken, _)| *is_broken).map(|(_, what)| what)
}

/// Whether it is a part of another drawing.
fn is_inside(svg: ElementRef) -> bool {
    around(svg, "svg").is_some()
}

/// Whether the box around an element is of one of these classes.
fn is_in(element: ElementRef, classes: &[&str]) -> bool {
    let outer = element.parent().and_then(ElementRef::wrap);
    outer.is_some_and(|outer| outer.value().classes().any(|class| classes.contains(&class)))
}

#[cfg(test)]
mod tests {
    use crate::check::book::tests::sample;

    const SVG: &str = "<svg role=\"img\"><title>A</title><desc>B</desc></svg>";

    fn complaints(page: &str) -> Vec<String> {
        let (_folder, book) = sample(&format!("# A\n\n{page}\n"), &[]);
        super::check(&book).expect("it can be checked").complaints
    }

    fn figure(svg: &str) -> String {
        format!("<figure>\n{svg}\n<figcaption>C</figcaption>\n</figure>")
    }

    #[test]
    fn a_drawing_with_all_that_it_needs_is_fine() {
        assert_eq!(complaints(&figure(SVG)), [""; 0]);
    }

    #[test]
    fn icons_of_mdbook_are_not_figures() {
        assert_eq!(complaints("> [!NOTE]\n> Text.\n"), [""; 0]);
    }

    #[test]
    fn what_is_missing_is_named() {
        let only = |page: &str, part: &str| {
            let complaints = complaints(page);
            assert_eq!(complaints.len(), 1, "{complaints:?}");
            assert!(complaints[0].starts_with("book/src/a.md: drawing 1"), "{complaints:?}");
            assert!(complaints[0].contains(part), "{complaints:?}");
        };
        only(&figure(&SVG.replace(" role=\"img\"", "")), "role");
        only(&figure(&SVG.replace("<title>A</title>", "")), "<title>");
        only(&figure(&SVG.replace("<desc>B</desc>", "<desc> </desc>")), "<desc>");
        only(&format!("<div>\n{SVG}\n</div>"), "<figure>");
        only(&format!("<figure>\n{SVG}\n</figure>"), "<figcaption>");
    }

    #[test]
    fn a_picture_has_a_text() {
        let page = "![](x.png)\n\n![Text](x.png)";
        assert_eq!(complaints(page).len(), 1);
    }
}
