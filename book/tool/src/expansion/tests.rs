//! Tests of the expansion, on trees of a few files.

use tempfile::TempDir;

use super::*;

const CODE: &str = "// ANCHOR: a\nfn f() {}\n// ANCHOR_END: a\n";
const LIST: &str = "[[recording]]\nname = \"r\"\ncommand = \"cargo xtask\"\n\
                    [[recording]]\nname = \"later\"\ncommand = \"true\"\n\
                    [[recording]]\nname = \"s\"\ncommand = \"true\"\nkind = \"strip\"\n\
                    heading = \"f:\"\nfrom = \"a\"\nto = \"b\"\n";

/// A repository with a file of code and some recordings.
fn tree() -> (TempDir, Expander) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("it has one")).expect("the folder is ours");
        fs::write(path, text).expect("the folder is ours");
    };
    write("code/a.rs", CODE);
    write("code/fences.md", "```\n{{#include x}}\n```\n");
    write("book/recordings.toml", LIST);
    write("book/recorded/r.txt", "one\ntwo\nthree\n");
    write("book/recorded/s.svg", "<svg></svg>\n");
    let expander = Expander::new(Place::at(folder.path())).expect("the list is right");
    (folder, expander)
}

fn expanded(page: &str) -> String {
    let (_folder, expander) = tree();
    let (text, errors) = expander.expand(Path::new("p.md"), page);
    assert!(errors.is_empty(), "{errors:?}");
    text
}

fn error(page: &str) -> String {
    let (_folder, expander) = tree();
    let (text, errors) = expander.expand(Path::new("p.md"), page);
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(text.contains("**"), "the page shows it: {text}");
    errors[0].to_string()
}

#[test]
fn code_is_a_block_with_a_caption_that_names_the_file() {
    let figure = "<figure class=\"listing\">\n\n```rust,ignore\nfn f() {}\n```\n\n\
                  <figcaption><code>code/a.rs</code></figcaption>\n</figure>";
    assert_eq!(
        expanded("Look:\n\n{{#code code/a.rs:a}}\n\nSo.\n"),
        format!("Look:\n\n{figure}\n\nSo.\n")
    );
}

#[test]
fn a_recording_is_a_command_and_what_it_prints() {
    let block = |lines: &str| {
        format!(
            "<figure class=\"recorded\">\n\n```text\n$ cargo xtask\n{lines}\n```\n\n</figure>\n"
        )
    };
    assert_eq!(expanded("{{#recorded r}}\n"), block("one\ntwo\nthree"));
    assert_eq!(expanded("{{#recorded r from=\"two\"}}\n"), block("…\ntwo\nthree"));
}

#[test]
fn a_strip_is_its_picture() {
    assert_eq!(expanded("{{#strip s}}\n"), "<svg></svg>\n");
}

#[test]
fn what_is_not_ours_stays() {
    let page = "\\{{#code a.rs:b}} and {{#include a.svg}}\n";
    assert_eq!(expanded(page), page);
}

#[test]
fn fences_and_directives_in_code_do_no_harm() {
    let text = expanded("{{#code code/fences.md}}\n");
    assert!(text.contains("\n````text\n```\n\\{{#include x}}\n```\n````\n"), "{text}");
}

#[test]
fn a_block_in_a_list_stays_in_the_list() {
    let text = expanded("- a\n\n  {{#recorded r}}\n");
    assert!(text.contains("\n  ```text\n  $ cargo xtask\n  one\n"), "{text}");
}

#[test]
fn errors_have_a_page_a_line_and_a_cure() {
    let place = |page: &str, rest: &str| {
        let error = error(page);
        assert!(error.starts_with("book/src/p.md:2: ") && error.contains(rest), "{error}");
    };
    place("\n{{#code code/b.rs:a}}\n", "the path starts at the root");
    place("\n{{#code code/a.rs:b}}\n", "code/a.rs: no `ANCHOR: b` in this file; it has `a`");
    place("\n{{#recorded x}}\n", "no recording `x` in book/recordings.toml");
    place("\n{{#recorded later}}\n", "`cargo xtask book --record` does it");
    place("\n{{#recorded r from=\"four\"}}\n", "see book/recorded/r.txt");
    place("\n{{#recorded s}}\n", "write `{{#strip s}}`");
    place("\n{{#strip r}}\n", "write `{{#recorded r}}`");
    place("\n{{#race loop}}\n", "`cargo xtask bench --write` makes it");
    place("\n{{#code}}\n", "write it as `{{#code PATH:ANCHOR}}`");
}

#[test]
fn all_errors_of_a_page_are_found_at_once() {
    let (_folder, expander) = tree();
    let (_, errors) = expander.expand(Path::new("p.md"), "{{#strip x}}\n\nA {{#machine}}\n");
    let lines: Vec<_> = errors.iter().map(|error| error.line).collect();
    assert_eq!(lines, [1, 3]);
}
