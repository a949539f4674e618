//! The functions that the stencils' C defines through macros. The opcodes' names
//! stand in rows like `COMPARE(LESS, <)`, which make `OP(COMPARE_OP_LESS)`; this
//! expands such rows, and knows no more of C than that takes.

use crate::tidy::tree::File;

/// The macro that all functions with an opcode's name are defined with.
const FUNCTION: &str = "OP";

/// How deep macros may call each other; more is a circle.
const DEEPEST: usize = 8;

/// A macro with parameters. Of one name there can be several, under `#if`.
#[derive(Debug, PartialEq, Eq)]
struct Macro<'t> {
    name: &'t str,
    parameters: Vec<&'t str>,
    body: String,
}

/// A macro that is called at the start of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) macro_name: String,
    pub(super) arguments: Vec<String>,
    /// Counted from 1.
    pub(super) line: usize,
}

/// All macros of some files.
#[derive(Debug)]
pub(super) struct Macros<'t>(Vec<Macro<'t>>);

impl<'t> Macros<'t> {
    pub(super) fn of(files: impl IntoIterator<Item = &'t File>) -> Self {
        let lines = files.into_iter().flat_map(|file| logical_lines(&file.text));
        Self(lines.filter_map(|(_, lines)| Macro::read(&lines)).collect())
    }

    /// The names of the functions that a row makes.
    pub(super) fn functions(&self, row: &Row) -> Vec<String> {
        self.expand(&row.macro_name, &row.arguments, DEEPEST)
    }

    fn expand(&self, name: &str, arguments: &[String], depth: usize) -> Vec<String> {
        if name == FUNCTION {
            return arguments.first().cloned().into_iter().collect();
        }
        let Some(depth) = depth.checked_sub(1) else { return Vec::new() };
        let macros = self.0.iter().filter(|one| one.name == name);
        macros
            .flat_map(|one| calls(&one.body).into_iter().map(|call| one.filled_in(call, arguments)))
            .flat_map(|(name, arguments)| self.expand(&name, &arguments, depth))
            .collect()
    }
}

impl<'t> Macro<'t> {
    /// Reads `#define NAME(parameters) body`, given as the lines that it has.
    fn read(lines: &[&'t str]) -> Option<Self> {
        let (first, rest) = lines.split_first()?;
        let (name, after) = first.strip_prefix("#define ")?.split_once('(')?;
        let (parameters, body) = after.split_once(')')?;
        // `#define NAME (x)` has no parameters.
        let is_name = !name.is_empty() && name.chars().all(is_letter_of_name);
        is_name.then(|| Self {
            name,
            parameters: parameters.split(',').map(str::trim).collect(),
            body: [&[body], rest].concat().join(" "),
        })
    }

    /// What a call in the body is, once the parameters have values.
    fn filled_in(&self, call: (&str, Vec<&str>), values: &[String]) -> (String, Vec<String>) {
        let arguments = call.1.iter().map(|argument| {
            let parts = argument.split("##").map(|part| self.value(part.trim(), values));
            parts.collect::<String>()
        });
        (call.0.to_owned(), arguments.collect())
    }

    /// The value of a word that may be a parameter.
    fn value<'v>(&self, word: &'v str, values: &'v [String]) -> &'v str {
        let parameters = self.parameters.iter().zip(values);
        let mut values = parameters.filter(|(parameter, _)| **parameter == word);
        values.next().map_or(word, |(_, value)| value)
    }
}

/// The macros that a file calls at the start of a line.
pub(super) fn rows(file: &File) -> Vec<Row> {
    let mut rows = Vec::new();
    for (number, lines) in logical_lines(&file.text) {
        let text = lines.join(" ");
        let is_call = text.starts_with(|letter: char| letter.is_ascii_uppercase());
        if let Some((name, arguments)) = calls(&text).into_iter().next().filter(|_| is_call)
            && text.starts_with(&format!("{name}("))
        {
            let arguments = arguments.into_iter().map(str::to_owned).collect();
            rows.push(Row { macro_name: name.to_owned(), arguments, line: number });
        }
    }
    rows
}

/// Lines without comments, each with its number and the lines that a `\` adds to it.
fn logical_lines(text: &str) -> Vec<(usize, Vec<&str>)> {
    let mut all: Vec<(usize, Vec<&str>)> = Vec::new();
    let mut goes_on = false;
    for (index, line) in text.lines().enumerate() {
        let code = line.split_once("//").map_or(line, |(code, _)| code).trim_end();
        let (code, is_continued) = match code.strip_suffix('\\') {
            Some(code) => (code.trim_end(), true),
            None => (code, false),
        };
        match all.last_mut().filter(|_| goes_on) {
            Some((_, lines)) => lines.push(code),
            None => all.push((index + 1, vec![code])),
        }
        goes_on = is_continued;
    }
    all
}

/// All that looks like a call, `NAME(argument, …)`, from left to right; in the
/// arguments of one there can be others.
fn calls(text: &str) -> Vec<(&str, Vec<&str>)> {
    let opened = text.match_indices('(');
    opened
        .filter_map(|(open, _)| {
            let before = &text[..open];
            let start = before.rfind(|letter| !is_letter_of_name(letter)).map_or(0, |at| at + 1);
            let name = &before[start..];
            let arguments = arguments(&text[open + 1..])?;
            (!name.is_empty()).then_some((name, arguments))
        })
        .collect()
}

/// What stands up to the bracket that closes, between commas.
fn arguments(text: &str) -> Option<Vec<&str>> {
    let mut arguments = Vec::new();
    let (mut depth, mut start) = (0, 0);
    for (index, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' if depth > 0 => depth -= 1,
            ')' => {
                arguments.push(text[start..index].trim());
                return Some(arguments);
            }
            ',' if depth == 0 => {
                arguments.push(text[start..index].trim());
                start = index + 1;
            }
            _ => {}
        }
    }
    None
}

fn is_letter_of_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn functions(text: &str) -> Vec<(usize, String)> {
        let file = File { path: "a.c".into(), text: text.to_owned() };
        let macros = Macros::of([&file]);
        let rows = rows(&file);
        let names = rows.iter().flat_map(|row| {
            macros.functions(row).into_iter().map(|name| (row.line, name)).collect::<Vec<_>>()
        });
        names.collect()
    }

    #[test]
    fn a_function_can_be_defined_outright() {
        let text = "// POP_TOP\n\nOP(POP_TOP) {\n    NEXT();\n}\n";
        assert_eq!(functions(text), [(3, "POP_TOP".to_owned())]);
    }

    #[test]
    fn a_row_makes_a_function_of_its_argument() {
        let text = "#define LOAD(name)  \\\n    OP(name) {  \\\n        NEXT();  \\\n    }\n\
                    LOAD(LOAD_NAME)\n";
        assert_eq!(functions(text), [(5, "LOAD_NAME".to_owned())]);
    }

    #[test]
    fn a_name_can_be_pasted_together() {
        let text = "#define COMPARE(name, operator) OP(COMPARE_OP_ ## name) { x operator y; }\n\
                    COMPARE(LESS, <)\n";
        assert_eq!(functions(text), [(2, "COMPARE_OP_LESS".to_owned())]);
    }

    #[test]
    fn macros_can_call_macros() {
        let text = "#define SLOW(name) static OP(name)\n#define TWICE(a, b) SLOW(a) {} SLOW(b) {}\n\
                    TWICE(one, two)\n";
        assert_eq!(functions(text), [(3, "one".to_owned()), (3, "two".to_owned())]);
    }

    #[test]
    fn of_two_definitions_of_a_macro_both_count() {
        let text = "#ifdef A\n#define VARIANTS(opcode) OP(opcode) {}\n#else\n\
                    #define VARIANTS(opcode)\n#endif\nVARIANTS(BINARY_OP)\n";
        assert_eq!(functions(text), [(6, "BINARY_OP".to_owned())]);
    }

    #[test]
    fn macros_that_call_each_other_have_an_end() {
        assert!(functions("#define A(x) B(x)\n#define B(x) A(x)\nA(y)\n").is_empty());
    }

    #[test]
    fn calls_inside_a_function_and_ordinary_c_are_no_rows() {
        let text = "static int f(int x) {\n    ERROR();\n    OP(x);\n}\nFAST and(Value a) {\n}\n";
        assert!(functions(text).is_empty());
    }
}
