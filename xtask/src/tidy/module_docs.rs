//! Every Rust file opens with `//!`: what this module is.

use crate::tidy::tree::{Complaint, Tree};

pub(super) fn check(tree: &Tree) -> Vec<Complaint> {
    tree.files_with(&["rs"])
        .filter(|file| !file.text.starts_with("//! "))
        .map(|file| {
            let what = "open the file with a line of `//! `: what this module is, in a sentence";
            file.complaint(1, what)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_opens_with_its_description_is_fine() {
        let tree = Tree::sample(&[("a.rs", "//! Frames.\n\nmod x;\n"), ("b.c", "int x;\n")]);
        assert_eq!(check(&tree), []);
    }

    #[test]
    fn any_other_first_line_is_not() {
        for text in ["", "mod x;\n//! Frames.\n", "// Frames.\n", "//!\n"] {
            let complaints = check(&Tree::sample(&[("src/a.rs", text)]));
            assert_eq!(complaints.len(), 1, "{text:?}");
            assert!(complaints[0].to_string().starts_with("src/a.rs:1: open the file"));
        }
    }
}
