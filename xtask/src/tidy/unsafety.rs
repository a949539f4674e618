//! `unsafe` only in the modules that `xtask/tidy-unsafe.toml` lists, which say
//! so themselves with `#![expect(unsafe_code, reason = "…")]`.

use std::str::FromStr;

use proc_macro2::{TokenStream, TokenTree};

use crate::tidy::listed::Listed;
use crate::tidy::tree::{Complaint, File, Tree};

const LIST: &str = "xtask/tidy-unsafe.toml";

const DECLARATION: &str = "#![expect(unsafe_code, reason = \"…\")]";

pub(super) fn check(tree: &Tree) -> Vec<Complaint> {
    let listed = match Listed::read(tree, LIST) {
        Ok(listed) => listed,
        Err(complaint) => return vec![complaint],
    };
    let in_files = tree.files_with(&["rs"]).filter_map(|file| objection(file, &listed));
    let in_list = listed.entries.iter().filter_map(|entry| {
        let file = tree.file(&entry.path);
        let is_needed = file.is_some_and(|file| !matches!(first_unsafe(file), Ok(None)));
        let what = "there is no unsafe code in that file any more; remove the entry";
        (!is_needed).then(|| listed.complaint(entry, what.to_owned()))
    });
    in_files.chain(in_list).collect()
}

fn objection(file: &File, listed: &Listed<'_>) -> Option<Complaint> {
    let line = match first_unsafe(file) {
        Ok(None) => return None,
        Ok(Some(line)) => line,
        Err(complaint) => return Some(complaint),
    };
    if listed.entry(file).is_none() {
        let what = format!(
            "unsafe code outside the modules that {LIST} lists; \
             use a safe interface to one of them, or list this file with a reason"
        );
        return Some(file.complaint(line, what));
    }
    let declares = file.text.contains("expect(unsafe_code, reason = ")
        || file.text.contains("expect(\n    unsafe_code,\n    reason = ");
    (!declares).then(|| {
        let what = format!("a module with unsafe code says `{DECLARATION}` below its description");
        file.complaint(line, what)
    })
}

/// The line of the first `unsafe` that is code, not text or a comment.
fn first_unsafe(file: &File) -> Result<Option<usize>, Complaint> {
    let tokens = TokenStream::from_str(&file.text).map_err(|error| {
        let line = error.span().start().line;
        file.complaint(line, format!("cannot be read as Rust: {error}"))
    })?;
    Ok(find_unsafe(tokens))
}

fn find_unsafe(tokens: TokenStream) -> Option<usize> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Ident(word) if word == "unsafe" => Some(word.span().start().line),
        TokenTree::Group(group) => find_unsafe(group.stream()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNSAFE: &str = "//! x\n\nfn f() {\n    unsafe { g() }\n}\n";
    const DECLARED: &str =
        "//! x\n\n#![expect(unsafe_code, reason = \"calls g\")]\n\nfn f() { unsafe { g() } }\n";
    const ENTRY: &str = "[[file]]\npath = \"a.rs\"\nreason = \"calls g\"\n";

    fn complaints(files: &[(&str, &str)]) -> Vec<String> {
        let complaints = check(&Tree::sample(files));
        complaints.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_word_in_comments_texts_and_attributes_is_no_code() {
        let text = "//! unsafe\n#![deny(unsafe_code)]\n// unsafe\nconst A: &str = \"unsafe\";\n";
        assert!(complaints(&[("a.rs", text)]).is_empty());
    }

    #[test]
    fn unsafe_code_outside_the_list_is_found_with_its_line() {
        let complaints = complaints(&[("a.rs", UNSAFE)]);
        assert_eq!(complaints.len(), 1);
        assert!(complaints[0].starts_with("a.rs:4: unsafe code outside"));
    }

    #[test]
    fn a_listed_module_must_declare_it() {
        assert!(complaints(&[("a.rs", DECLARED), (LIST, ENTRY)]).is_empty());
        let complaints = complaints(&[("a.rs", UNSAFE), (LIST, ENTRY)]);
        assert_eq!(complaints.len(), 1);
        assert!(complaints[0].starts_with("a.rs:4: a module with unsafe code says"));
    }

    #[test]
    fn an_entry_without_unsafe_code_is_stale() {
        for files in [&[(LIST, ENTRY)][..], &[("a.rs", "//! x\n"), (LIST, ENTRY)]] {
            let complaints = complaints(files);
            assert_eq!(complaints.len(), 1);
            assert!(complaints[0].starts_with("xtask/tidy-unsafe.toml:2: there is no unsafe"));
        }
    }

    #[test]
    fn a_file_that_is_not_rust_is_named() {
        let complaints = complaints(&[("a.rs", "//! x\nfn f( {\n")]);
        assert!(complaints[0].contains("cannot be read as Rust"), "{complaints:?}");
    }
}
