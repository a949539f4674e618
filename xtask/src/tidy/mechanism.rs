//! A chapter's mechanism knows no language: what is in `chapters/*/src/mechanism`
//! does without the opcodes and values of chapter 1, and without the driver that
//! knows them.

use std::path::Path;

use crate::tidy::tree::{Complaint, File, Tree, has_word};

/// What only drivers talk about.
const WORDS: [&str; 3] = ["ch01_bytecode_vm", "Opcode", "Value"];

/// How code names something in the driver.
const DRIVER: &str = "::driver";

pub(super) fn check(tree: &Tree) -> Vec<Complaint> {
    let files = tree.files_with(&["rs"]).filter(|file| is_mechanism(&file.path));
    files.flat_map(complaints).collect()
}

/// Whether a path is `chapters/NN-name/src/mechanism.rs` or in the folder of that name.
fn is_mechanism(path: &Path) -> bool {
    let mut parts = path.iter().map(|part| part.to_string_lossy());
    let mut next = || parts.next().unwrap_or_default();
    let (chapters, _, source, module) = (next(), next(), next(), next());
    chapters == "chapters" && source == "src" && module.trim_end_matches(".rs") == "mechanism"
}

fn complaints(file: &File) -> impl Iterator<Item = Complaint> {
    let lines = file.text.lines().enumerate();
    lines.filter_map(|(index, line)| {
        let word = WORDS.into_iter().find(|word| has_word(line, word));
        let word = word.or_else(|| line.contains(DRIVER).then_some("driver"))?;
        let what = format!("the mechanism knows no `{word}`; let the driver hand it what it needs");
        Some(file.complaint(index + 1, what))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(path: &str, text: &str) -> Vec<String> {
        check(&Tree::sample(&[(path, text)])).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_mechanism_must_not_name_what_a_language_has() {
        for line in
            ["use ch01_bytecode_vm::Vm;", "a: Opcode,", "/// A `Value`.", "use crate::driver;"]
        {
            for path in ["chapters/02-x/src/mechanism/code/a.rs", "chapters/10-y/src/mechanism.rs"]
            {
                let complaints = complaints(path, &format!("//! x\n{line}\n"));
                assert_eq!(complaints.len(), 1, "{line}");
                assert!(complaints[0].starts_with(&format!("{path}:2: the mechanism knows no")));
            }
        }
    }

    #[test]
    fn longer_words_are_other_words() {
        let text = "//! Values of the driver's opcodes.\nuse object::RelocationValue;\n";
        assert!(complaints("chapters/02-x/src/mechanism/a.rs", text).is_empty());
    }

    #[test]
    fn drivers_and_other_crates_may() {
        for path in ["chapters/02-x/src/driver/a.rs", "xtask/src/mechanism.rs", "a.rs"] {
            assert!(complaints(path, "a: Value\n").is_empty(), "{path}");
        }
    }
}
