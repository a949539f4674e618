//! Finds the C source of a stencil. It reads as much of C as our sources need,
//! by three rules:
//!
//! 1. A definition begins at the start of a line, with the name before `(` or
//!    between `(` and `)`, and ends with a `}` at the start of a line:
//!    `Exit enter(Vm *vm) {`, `OP(POP_TOP) {`.
//! 2. A line `BINARY(ADD, add)` defines what its macro begins with, once the
//!    parameters are replaced: `OP(BINARY_OP_##name) {`.
//! 3. What `#ifdef`, `#ifndef` and `#else` leave out does not exist; every other
//!    condition holds. The marks by which the book finds its excerpts do not
//!    exist either.

/// A piece of a source file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// The file's name, as it was given.
    pub file: String,
    /// The number of the line with the definition, from 1.
    pub line: usize,
    /// The lines, without a line break at the end. Above a line that is a macro's
    /// use stands the macro.
    pub text: String,
}

/// Finds the definition of a function in C sources, `files`: names and texts.
/// `defines` are the macros that the compiler was told of (`-D`).
#[must_use]
pub fn find_source(files: &[(&str, &str)], defines: &[&str], function: &str) -> Option<Excerpt> {
    let lines: Vec<Line> = files.iter().flat_map(|file| compiled_lines(file, defines)).collect();
    let outermost = || (0..lines.len()).filter(|&at| lines[at].text.starts_with(is_word));
    let excerpt = |at: usize, text| {
        let Line { file, number, .. } = lines[at];
        Excerpt { file: file.to_owned(), line: number, text }
    };
    if let Some(at) = outermost().find(|&at| defines_function(&head(&lines[at..]), function)) {
        return Some(excerpt(at, definition(&lines[at..])));
    }
    let macros: Vec<Macro> = (0..lines.len()).filter_map(|at| Macro::read(&lines[at..])).collect();
    let macro_at = |at: usize| {
        let makes = |body: String| defines_function(&body, function);
        macros.iter().find(|candidate| candidate.expand(lines[at].text).is_some_and(makes))
    };
    let (at, used) = outermost().find_map(|at| Some((at, macro_at(at)?)))?;
    Some(excerpt(at, format!("{}\n\n{}", used.source, lines[at].text)))
}

/// What a line begins with that is a mark for the book.
const BOOK_MARK: &str = "// ANCHOR";

/// A line of a source file.
#[derive(Clone, Copy)]
struct Line<'a> {
    file: &'a str,
    /// From 1.
    number: usize,
    text: &'a str,
}

/// The lines of a file that exist by rule 3.
fn compiled_lines<'a>(&(file, text): &(&'a str, &'a str), defines: &[&str]) -> Vec<Line<'a>> {
    let mut conditions = Vec::new();
    let mut lines = Vec::new();
    for (number, text) in (1..).zip(text.lines()) {
        let mut words = text.split_whitespace();
        let is_defined = |name: Option<&str>| name.is_some_and(|name| defines.contains(&name));
        match words.next() {
            Some("#ifdef") => conditions.push(is_defined(words.next())),
            Some("#ifndef") => conditions.push(!is_defined(words.next())),
            Some("#if") => conditions.push(true),
            Some("#else") => {
                if let Some(holds) = conditions.last_mut() {
                    *holds = !*holds;
                }
            }
            Some("#endif") => {
                conditions.pop();
            }
            _ if text.trim_start().starts_with(BOOK_MARK) => {}
            _ if conditions.iter().all(|&holds| holds) => lines.push(Line { file, number, text }),
            _ => {}
        }
    }
    lines
}

/// What may be the head of a definition: the first line, and those that go on with
/// its parameters.
fn head(lines: &[Line]) -> String {
    let last = lines.iter().position(|line| !line.text.ends_with(',')).unwrap_or(0);
    text(&lines[..=last])
}

/// Whether this text up to its first brace is the head of a definition of `function`.
fn defines_function(text: &str, function: &str) -> bool {
    let Some((head, _)) = text.split_once('{') else {
        return false;
    };
    head.match_indices(function).any(|(at, _)| {
        let (before, after) = (&head[..at], &head[at + function.len()..]);
        let has_parameters = after.starts_with('(') && !before.ends_with(is_word);
        has_parameters || (before.ends_with('(') && after.starts_with(')'))
    })
}

/// The definition that begins with the first of these lines.
fn definition(lines: &[Line]) -> String {
    let opening = lines.iter().position(|line| line.text.contains('{')).unwrap_or(0);
    let on_one_line = lines[opening].text.ends_with('}');
    let is_end = |line: &Line| line.text.starts_with('}');
    let closing = lines.iter().position(is_end).unwrap_or(lines.len() - 1);
    let last = if on_one_line { opening } else { closing };
    text(&lines[..=last])
}

fn text(lines: &[Line]) -> String {
    lines.iter().map(|line| line.text).collect::<Vec<_>>().join("\n")
}

fn is_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

/// A macro with parameters.
struct Macro<'a> {
    name: &'a str,
    parameters: Vec<&'a str>,
    body: String,
    /// All of it, with the signs that end its lines drawn to the left.
    source: String,
}

impl<'a> Macro<'a> {
    /// The macro that is defined from the first of these lines on, if one is.
    fn read(lines: &[Line<'a>]) -> Option<Macro<'a>> {
        let declaration = lines.first()?.text.strip_prefix("#define ")?;
        let (name, rest) =
            declaration.split_once('(').filter(|(name, _)| name.chars().all(is_word))?;
        let (parameters, _) = rest.split_once(')')?;
        let last = lines.iter().position(|line| !line.text.ends_with('\\'))?;
        let written: Vec<&str> =
            lines[..=last].iter().map(|line| line.text.trim_end_matches('\\').trim_end()).collect();
        let whole = written.join("\n");
        let (_, body) = whole.split_once(')')?;
        Some(Macro {
            name,
            parameters: parameters.split(',').map(str::trim).collect(),
            body: body.to_owned(),
            source: written.join(" \\\n"),
        })
    }

    /// What a line stands for that does nothing but use this macro.
    fn expand(&self, line: &str) -> Option<String> {
        let arguments = line.strip_prefix(self.name)?.strip_prefix('(')?;
        let arguments = arguments.trim_end_matches(';').strip_suffix(')')?;
        let arguments: Vec<&str> = arguments.split(',').map(str::trim).collect();
        let argument = |word: &'_ str| {
            let at = self.parameters.iter().position(|&parameter| parameter == word)?;
            arguments.get(at).copied()
        };
        let mut expanded = String::new();
        let mut rest = self.body.as_str();
        while !rest.is_empty() {
            let (word, behind) = rest.split_at(rest.find(|c| !is_word(c)).unwrap_or(rest.len()));
            let (between, behind) = behind.split_at(behind.find(is_word).unwrap_or(behind.len()));
            expanded.push_str(argument(word).unwrap_or(word));
            expanded.push_str(between);
            rest = behind;
        }
        Some(expanded.replace("##", ""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(text: &str, defines: &[&str], function: &str) -> Option<Excerpt> {
        find_source(&[("empty.c", ""), ("op.c", text)], defines, function)
    }

    fn found(text: &str, function: &str) -> String {
        find(text, &[], function).expect("it is there").text
    }

    #[test]
    fn a_definition_ends_with_a_brace_at_the_start_of_a_line() {
        let text = "// POP(x)\nOP(POP) {\n    if (x) {\n    }\n}\nOP(PUSH) {\n}\n";
        let excerpt = find(text, &[], "POP").unwrap();
        assert_eq!((excerpt.file.as_str(), excerpt.line), ("op.c", 2));
        assert_eq!(excerpt.text, "OP(POP) {\n    if (x) {\n    }\n}");
    }

    #[test]
    fn a_name_is_found_as_a_whole_word_and_where_it_is_defined() {
        let text = "extern int POP(void);\nOP(POP_TOP) {\n    POP();\n}\nint POP(int a,\n        int b) {\n}\n";
        assert_eq!(found(text, "POP"), "int POP(int a,\n        int b) {\n}");
        assert_eq!(find(text, &[], "TOP"), None);
    }

    #[test]
    fn a_definition_on_one_line_is_that_line() {
        assert_eq!(
            found("OP(ONE) { NEXT(); }\nOP(TWO) { NEXT(); }\n", "TWO"),
            "OP(TWO) { NEXT(); }"
        );
    }

    #[test]
    fn a_macro_that_makes_the_definition_stands_above_its_use() {
        let text = "\
#define BINARY(name, sign)           \\
    OP(BINARY_##name) {              \\
        TOP = SECOND sign TOP;       \\
    }

BINARY(ADD, +)
BINARY(LESS, <)
";
        let excerpt = find(text, &[], "BINARY_LESS").unwrap();
        assert_eq!(excerpt.line, 7);
        let shown = "\
#define BINARY(name, sign) \\
    OP(BINARY_##name) { \\
        TOP = SECOND sign TOP; \\
    }

BINARY(LESS, <)";
        assert_eq!(excerpt.text, shown);
    }

    #[test]
    fn marks_for_the_book_are_left_out() {
        let text = "int f(void) {\n    // ANCHOR: f\n    return 1;\n}\n";
        assert_eq!(found(text, "f"), "int f(void) {\n    return 1;\n}");
    }

    #[test]
    fn what_a_condition_leaves_out_is_not_found() {
        let text = "#ifdef FAST\nint f(int x) {\n}\n#else\nint f(void) {\n}\n#endif\n";
        assert_eq!(found(text, "f"), "int f(void) {\n}");
        assert_eq!(find(text, &["FAST"], "f").unwrap().text, "int f(int x) {\n}");
    }
}
