//! Every file of code opens with what it is: a Rust file with `//!`, a C file with
//! an ordinary comment.

use crate::tidy::tree::{Complaint, File, Tree};

pub(super) fn check(tree: &Tree) -> Vec<Complaint> {
    let rust = tree.files_with(&["rs"]).filter_map(|file| objection(file, "//! "));
    let c = tree.files_with(&["c", "h"]).filter_map(|file| objection(file, "// "));
    rust.chain(c).collect()
}

fn objection(file: &File, opening: &str) -> Option<Complaint> {
    let what =
        format!("open the file with a line of `{opening}`: what this module is, in a sentence");
    (!file.text.starts_with(opening)).then(|| file.complaint(1, what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_opens_with_its_description_is_fine() {
        let rust = "//! Frames.\n\nmod x;\n";
        let c = "// Frames.\n\nint x;\n";
        let tree = Tree::sample(&[("a.rs", rust), ("b.c", c), ("c.h", c), ("d.py", "x\n")]);
        assert_eq!(check(&tree), []);
    }

    #[test]
    fn any_other_first_line_of_rust_is_not() {
        for text in ["", "mod x;\n//! Frames.\n", "// Frames.\n", "//!\n"] {
            let complaints = check(&Tree::sample(&[("src/a.rs", text)]));
            assert_eq!(complaints.len(), 1, "{text:?}");
            assert!(complaints[0].to_string().starts_with("src/a.rs:1: open the file"));
        }
    }

    #[test]
    fn any_other_first_line_of_c_is_not() {
        for text in ["", "#pragma once\n// Frames.\n", "//! Frames.\n"] {
            assert_eq!(check(&Tree::sample(&[("a.h", text)])).len(), 1, "{text:?}");
        }
    }
}
