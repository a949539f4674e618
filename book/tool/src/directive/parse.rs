//! Finds directives in a page and takes them apart.

use std::ops::Range;

use crate::directive::{Directive, DirectiveError, Placed};

const OPEN: &str = "{{#";
const CLOSE: &str = "}}";

const CODE: &str = "{{#code PATH:ANCHOR}}";
const RECORDED: &str = "{{#recorded NAME from=\"TEXT\" to=\"TEXT\"}}";
const STRIP: &str = "{{#strip NAME}}";
const RACE: &str = "{{#race NAME}}";
const RATIO: &str = "{{#ratio RACE A/B}}";
const MACHINE: &str = "{{#machine}}";

const NAMES: [&str; 6] = ["code", "recorded", "strip", "race", "ratio", "machine"];

pub(super) fn directives(page: &str) -> Vec<Placed<'_>> {
    let mut all: Vec<Placed> = Vec::new();
    for (start, _) in page.match_indices(OPEN) {
        let is_escaped = page[..start].ends_with('\\');
        // What stands in the texts of a directive is none.
        let is_inside = all.last().is_some_and(|last| last.range.contains(&start));
        if !is_escaped && !is_inside {
            all.extend(placed(page, start));
        }
    }
    all
}

/// The directive that starts here, if it is one of ours.
fn placed(page: &str, start: usize) -> Option<Placed<'_>> {
    let inside = &page[start + OPEN.len()..];
    let name = &inside[..inside.find(|letter: char| !letter.is_alphanumeric() && letter != '_')?];
    if !NAMES.contains(&name) {
        return None;
    }
    let line = page[..start].matches('\n').count() + 1;
    let Some(length) = length_to_close(inside) else {
        let range = start..start + OPEN.len() + name.len();
        let directive = Err(DirectiveError::Unclosed(name.to_owned()));
        return Some(Placed { directive, range, line, indent: None });
    };
    let range = start..start + OPEN.len() + length + CLOSE.len();
    let indent = indent(page, &range);
    let directive = directive(name, inside[name.len()..length].trim()).and_then(|directive| {
        if directive.is_block() && indent.is_none() {
            return Err(DirectiveError::NotAlone);
        }
        Ok(directive)
    });
    Some(Placed { directive, range, line, indent })
}

/// Where the braces close, in the same line and outside quotes.
fn length_to_close(inside: &str) -> Option<usize> {
    let line = &inside[..inside.find('\n').unwrap_or(inside.len())];
    let mut is_quoted = false;
    line.char_indices().find_map(|(index, letter)| {
        is_quoted ^= letter == '"';
        (!is_quoted && line[index..].starts_with(CLOSE)).then_some(index)
    })
}

/// The blanks before a directive that is alone on its line.
fn indent<'p>(page: &'p str, range: &Range<usize>) -> Option<&'p str> {
    let before = &page[page[..range.start].rfind('\n').map_or(0, |end| end + 1)..range.start];
    let after = page[range.end..].lines().next().unwrap_or_default();
    (before.trim().is_empty() && after.trim().is_empty()).then_some(before)
}

fn directive<'p>(name: &str, words: &'p str) -> Result<Directive<'p>, DirectiveError> {
    match name {
        "code" => code(words).ok_or(DirectiveError::Usage(CODE)),
        "recorded" => recorded(words).ok_or(DirectiveError::Usage(RECORDED)),
        "strip" => word(words).map(|name| Directive::Strip { name }).ok_or(usage(STRIP)),
        "race" => word(words).map(|name| Directive::Race { name }).ok_or(usage(RACE)),
        "ratio" => ratio(words).ok_or(DirectiveError::Usage(RATIO)),
        _ if words.is_empty() => Ok(Directive::Machine),
        _ => Err(DirectiveError::Usage(MACHINE)),
    }
}

fn usage(form: &'static str) -> DirectiveError {
    DirectiveError::Usage(form)
}

/// The only word.
fn word(words: &str) -> Option<&str> {
    (!words.is_empty() && !words.contains(char::is_whitespace)).then_some(words)
}

fn code(words: &str) -> Option<Directive<'_>> {
    let (path, anchor) = match word(words)?.split_once(':') {
        Some((path, anchor)) => (path, Some(anchor)),
        None => (words, None),
    };
    (!path.is_empty() && anchor != Some("")).then_some(Directive::Code { path, anchor })
}

fn recorded(words: &str) -> Option<Directive<'_>> {
    let (name, mut rest) = words.split_once(' ').unwrap_or((words, ""));
    let (mut from, mut to) = (None, None);
    while !rest.trim().is_empty() {
        let (key, value) = rest.split_once("=\"")?;
        let (value, after) = value.split_once('"')?;
        match key.trim() {
            "from" if from.is_none() => from = Some(value),
            "to" if to.is_none() => to = Some(value),
            _ => return None,
        }
        rest = after;
    }
    Some(Directive::Recorded { name: word(name)?, from, to })
}

fn ratio(words: &str) -> Option<Directive<'_>> {
    let (race, both) = words.split_once(' ')?;
    let (over, under) = both.split_once('/')?;
    let (over, under) = (over.trim(), under.trim());
    (!over.is_empty() && !under.is_empty()).then_some(Directive::Ratio { race, over, under })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(page: &str) -> Result<Directive<'_>, DirectiveError> {
        let mut all = directives(page);
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0).directive
    }

    #[test]
    fn each_form_is_understood() {
        let code = Directive::Code { path: "a/b.rs", anchor: Some("x") };
        assert_eq!(only("{{#code a/b.rs:x}}"), Ok(code));
        assert_eq!(only("{{#strip s}}"), Ok(Directive::Strip { name: "s" }));
        assert_eq!(only("{{#race loop}}"), Ok(Directive::Race { name: "loop" }));
        let ratio = Directive::Ratio { race: "loop", over: "ch01 a", under: "ch01 b" };
        assert_eq!(only("It is {{#ratio loop ch01 a/ch01 b}} times"), Ok(ratio));
        assert_eq!(only("on {{#machine}}."), Ok(Directive::Machine));
    }

    #[test]
    fn an_excerpt_of_a_recording_may_have_braces_in_its_texts() {
        let directive = only("{{#recorded n to=\"}} a\" from=\"b c\"}}");
        let expected = Directive::Recorded { name: "n", from: Some("b c"), to: Some("}} a") };
        assert_eq!(directive, Ok(expected));
        let directive = only("{{#recorded n from=\"{{#code a.rs:x}}\"}}");
        let expected = Directive::Recorded { name: "n", from: Some("{{#code a.rs:x}}"), to: None };
        assert_eq!(directive, Ok(expected));
    }

    #[test]
    fn what_is_escaped_or_of_mdbook_is_left_alone() {
        for page in ["\\{{#code a.rs:x}}", "{{#include a.svg}}", "{{#codex y}}", "{{ x }}"] {
            assert!(directives(page).is_empty(), "{page}");
        }
    }

    #[test]
    fn a_wrong_directive_says_how_it_is_written() {
        for page in ["{{#code}}", "{{#code a.rs:}}", "{{#code a b}}"] {
            assert_eq!(only(page), Err(DirectiveError::Usage(CODE)), "{page}");
        }
        for page in ["{{#recorded}}", "{{#recorded n form=\"x\"}}", "{{#recorded n x}}"] {
            assert_eq!(only(page), Err(DirectiveError::Usage(RECORDED)), "{page}");
        }
        assert_eq!(only("{{#ratio loop a}}"), Err(DirectiveError::Usage(RATIO)));
        assert_eq!(only("{{#machine x}}"), Err(DirectiveError::Usage(MACHINE)));
        let unclosed = only("{{#code a.rs:x\n}}").expect_err("it ends in the next line");
        assert_eq!(unclosed.to_string(), "`{{#code` has no `}}`");
    }

    #[test]
    fn a_block_stands_alone_on_its_line() {
        assert_eq!(only("See {{#race loop}}"), Err(DirectiveError::NotAlone));
        let page = "a\n\n  {{#race loop}}  \n";
        let placed = &directives(page)[0];
        assert_eq!((placed.line, placed.indent), (3, Some("  ")));
        assert_eq!(&page[placed.range.clone()], "{{#race loop}}");
    }
}
