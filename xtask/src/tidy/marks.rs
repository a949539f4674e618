//! Nothing is left for later in the code: what is to be done is an issue, what
//! is debugged is removed, a test that is ignored says why to the compiler.

use crate::tidy::tree::{Complaint, File, Tree, has_word};

/// Words that mark something as unfinished.
const UNFINISHED: [&str; 3] = ["TODO", "FIXME", "XXX"];

pub(super) fn check(tree: &Tree) -> Vec<Complaint> {
    tree.files_with(&["rs", "c", "h"])
        .flat_map(|file| {
            let lines = file.text.lines().enumerate();
            lines
                .filter_map(|(index, line)| Some(file.complaint(index + 1, objection(file, line)?)))
        })
        .collect()
}

/// What is wrong with a line, if anything is.
fn objection(file: &File, line: &str) -> Option<String> {
    let (code, comment) = code_and_comment(line);
    if let Some(mark) = UNFINISHED.iter().find(|mark| has_word(comment, mark)) {
        return Some(format!("{mark}: do it, or write an issue and remove the mark"));
    }
    if comment.contains("#[ignore") {
        return Some("a test that is commented in and out; decide".to_owned());
    }
    let is_rust = file.path.extension().is_some_and(|extension| extension == "rs");
    (is_rust && code.trim_start().starts_with("dbg!("))
        .then(|| "`dbg!` is for debugging; remove it".to_owned())
}

/// Splits a line where its comment begins. The inside of a C comment of several
/// lines is taken for one by its star.
fn code_and_comment(line: &str) -> (&str, &str) {
    let start = [line.find("//"), line.find("/*")].into_iter().flatten().min();
    let is_inside = line.trim_start().starts_with("* ");
    match start {
        _ if is_inside => ("", line),
        Some(start) => line.split_at(start),
        None => (line, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(path: &str, text: &str) -> usize {
        check(&Tree::sample(&[(path, text)])).len()
    }

    #[test]
    fn marks_in_comments_are_found() {
        for mark in UNFINISHED {
            assert_eq!(complaints("a.rs", &format!("//! x\nlet a = 1; // {mark}: more\n")), 1);
            assert_eq!(complaints("a.rs", &format!("/// {mark}\n")), 1);
            assert_eq!(complaints("a.c", &format!("/* x\n * {mark}(me) later\n */\n")), 1);
        }
    }

    #[test]
    fn marks_in_code_and_inside_words_are_not() {
        for mark in UNFINISHED {
            assert_eq!(complaints("a.rs", &format!("const A: &str = \"{mark}\";\n")), 0);
            assert_eq!(complaints("a.rs", &format!("// a{mark}s and {mark}_LIST\n")), 0);
            assert_eq!(complaints("notes.py", &format!("# {mark}\n")), 0);
        }
    }

    #[test]
    fn left_over_debugging_is_found() {
        assert_eq!(complaints("a.rs", "    dbg!(x);\n"), 1);
        assert_eq!(complaints("a.rs", "    let text = \"dbg!(x)\";\n"), 0);
    }

    #[test]
    fn a_test_that_is_commented_out_is_found() {
        let attribute = "#[ignore]";
        assert_eq!(complaints("a.rs", &format!("// {attribute}\nfn x() {{}}\n")), 1);
        assert_eq!(complaints("a.rs", &format!("{attribute}\nfn x() {{}}\n")), 0);
    }
}
