//! Which of several errors CPython reports, in which class, and on which line.
//! Ruff's parser recovers and finds many; CPython stops at the first, and then
//! looks whether the tokens of the rest tell more about it
//! (`Parser/pegen_errors.c`).

use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_python_parser::{LexicalErrorType, ParseError, ParseErrorType};
use ruff_text_size::{Ranged, TextRange, TextSize};

use crate::error::{SourceError, SyntaxClass};
use crate::source::SourceText;

/// The error to report, if there is one.
pub(super) fn first_error(
    errors: &[ParseError],
    tokens: &Tokens,
    source: &SourceText,
) -> Option<SourceError> {
    let first = errors.iter().min_by_key(|error| error.location.start());
    let line = first.map_or(u32::MAX, |first| source.line_at(noticed(first, tokens)));
    if let Some((class, message, range)) = indentation_error(tokens, source)
        && source.line_at(range.start()) <= line
    {
        return Some(SourceError::Syntax { class, message: message.to_owned(), range });
    }
    let first = first?;
    if is_indentation(first) {
        let range = end_of_empty_block(first, source).unwrap_or(first.location);
        let message = first.error.to_string();
        return Some(SourceError::Syntax { class: SyntaxClass::Indentation, message, range });
    }
    let (message, range) = match ends_tokens(first) {
        true => (first.error.to_string(), first.location),
        false => explanation(first, errors, tokens, source),
    };
    Some(SourceError::syntax(message, range))
}

/// Where CPython notices an error: that a block is missing, at the statement
/// which stands in its place.
fn noticed(error: &ParseError, tokens: &Tokens) -> TextSize {
    let start = error.location.start();
    let next = logical_lines(tokens).find(|&line| line > start);
    if is_missing_block(error) { next.unwrap_or(start) } else { start }
}

/// What the tokens tell about an error of the grammar: one of them is no token
/// at all, or brackets do not match, or are never closed.
fn explanation(
    error: &ParseError,
    errors: &[ParseError],
    tokens: &Tokens,
    source: &SourceText,
) -> (String, TextRange) {
    let start = error.location.start();
    let lexical =
        errors.iter().filter(|other| other.location.start() > start && ends_tokens(other));
    let lexical = lexical.map(|other| (other.error.to_string(), other.location));
    let brackets = Brackets::of(tokens, source);
    let unmatched = brackets.unmatched.into_iter().filter(|(_, range)| range.start() > start);
    if let Some(found) = lexical.chain(unmatched).min_by_key(|(_, range)| range.start()) {
        return found;
    }
    let is_earlier = |bracket: &TextRange| source.line_at(bracket.start()) < source.line_at(start);
    match brackets.open.last().filter(|bracket| is_earlier(bracket)) {
        Some(&bracket) => (format!("'{}' was never closed", &source.text()[bracket]), bracket),
        None => (error.error.to_string(), error.location),
    }
}

/// Whether CPython's tokenizer stops at this: at what cannot be a token, but not
/// at signs that Python has no use for, nor at the end of the file.
fn ends_tokens(error: &ParseError) -> bool {
    match &error.error {
        ParseErrorType::Lexical(LexicalErrorType::UnrecognizedToken { tok }) => {
            !"$?!".contains(*tok)
        }
        ParseErrorType::Lexical(lexical) => *lexical != LexicalErrorType::Eof,
        _ => false,
    }
}

/// What is wrong with the brackets of a source.
#[derive(Default)]
struct Brackets {
    /// Those that are open at the end.
    open: Vec<TextRange>,
    /// The first closing one that fits none, and what to say of it.
    unmatched: Option<(String, TextRange)>,
}

impl Brackets {
    fn of(tokens: &Tokens, source: &SourceText) -> Brackets {
        use TokenKind as T;
        let mut brackets = Brackets::default();
        for token in tokens.iter() {
            let opening = match token.kind() {
                T::Lpar | T::Lsqb | T::Lbrace => {
                    brackets.open.push(token.range());
                    continue;
                }
                T::Rpar => "(",
                T::Rsqb => "[",
                T::Rbrace => "{",
                _ => continue,
            };
            let last = brackets.open.pop().map(|open| &source.text()[open]);
            if last != Some(opening) {
                let closing = &source.text()[token.range()];
                let message = match last {
                    None => format!("unmatched '{closing}'"),
                    Some(open) => {
                        format!("closing parenthesis '{closing}' does not match '{open}'")
                    }
                };
                brackets.unmatched = Some((message, token.range()));
                return brackets;
            }
        }
        brackets
    }
}

fn is_indentation(error: &ParseError) -> bool {
    match &error.error {
        ParseErrorType::UnexpectedIndentation
        | ParseErrorType::Lexical(LexicalErrorType::IndentationError) => true,
        _ => is_missing_block(error),
    }
}

fn is_missing_block(error: &ParseError) -> bool {
    match &error.error {
        ParseErrorType::OtherError(message) => message.starts_with("Expected an indented block"),
        _ => false,
    }
}

/// The source's last line, if the error is a block that is missing there.
fn end_of_empty_block(error: &ParseError, source: &SourceText) -> Option<TextRange> {
    let rest = &source.text()[usize::from(error.location.start())..];
    let is_blank = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
    let last = TextSize::new(source.text().len().saturating_sub(1) as u32);
    (is_missing_block(error) && rest.lines().all(is_blank)).then_some(TextRange::empty(last))
}

/// CPython's own check of indentation: each line's is measured with tabs that
/// go to multiples of 8 and with tabs that are one wide, and the two must agree
/// on which block the line is in (`Parser/lexer/lexer.c`).
fn indentation_error(
    tokens: &Tokens,
    source: &SourceText,
) -> Option<(SyntaxClass, &'static str, TextRange)> {
    const TAB: (SyntaxClass, &str) =
        (SyntaxClass::Tab, "inconsistent use of tabs and spaces in indentation");
    const DEDENT: (SyntaxClass, &str) =
        (SyntaxClass::Indentation, "unindent does not match any outer indentation level");
    let mut levels = vec![(0, 0)];
    for start in logical_lines(tokens) {
        let (wide, narrow) = indentation(source.line(source.line_at(start)));
        let (top_wide, top_narrow) = levels[levels.len() - 1];
        let mut problem = None;
        if wide > top_wide {
            problem = (narrow <= top_narrow).then_some(TAB);
            levels.push((wide, narrow));
        } else {
            levels.retain(|&(level, _)| level <= wide);
            let (top_wide, top_narrow) = levels.last().copied().unwrap_or_default();
            if top_wide != wide {
                problem = Some(DEDENT);
            } else if top_narrow != narrow {
                problem = Some(TAB);
            }
        }
        if let Some((class, message)) = problem {
            return Some((class, message, TextRange::empty(start)));
        }
    }
    None
}

/// Where each statement's line starts: at its first token.
fn logical_lines(tokens: &Tokens) -> impl Iterator<Item = TextSize> {
    use TokenKind as T;
    let mut is_first = true;
    tokens.iter().filter_map(move |token| match token.kind() {
        T::Newline => {
            is_first = true;
            None
        }
        T::NonLogicalNewline | T::Comment | T::Indent | T::Dedent | T::EndOfFile => None,
        _ => std::mem::take(&mut is_first).then(|| token.start()),
    })
}

/// The width of a line's indentation if tabs go to multiples of 8, and if they are 1 wide.
fn indentation(line: &str) -> (usize, usize) {
    let blanks = line.chars().take_while(|c| matches!(c, ' ' | '\t' | '\x0c'));
    blanks.fold((0, 0), |(wide, narrow), blank| match blank {
        '\t' => ((wide / 8 + 1) * 8, narrow + 1),
        ' ' => (wide + 1, narrow + 1),
        _ => (0, 0),
    })
}

#[cfg(test)]
mod tests {
    use crate::source::SourceText;
    use crate::syntax::with_tree;

    /// The class and line of the error of a source, as `TabError 3`.
    fn blamed(text: &str) -> String {
        let source = SourceText::decode("t.py".into(), text.into()).unwrap();
        let error = with_tree(&source, |_| Ok(())).expect_err("the source has an error");
        let report = error.report(&source);
        let line = report.split("line ").nth(1).and_then(|rest| rest.lines().next());
        format!("{} {}", error.to_string().split(':').next().unwrap(), line.unwrap())
    }

    #[test]
    fn a_missing_block_is_missed_where_the_file_ends() {
        assert_eq!(blamed("def f():\n"), "IndentationError 1");
        assert_eq!(blamed("def f():\n\n\n"), "IndentationError 3");
        assert_eq!(blamed("while 1:\n# comment"), "IndentationError 2");
        assert_eq!(blamed("def f():\nx = 1\n\n"), "IndentationError 2");
    }

    #[test]
    fn tabs_and_spaces_have_to_agree_whatever_a_tab_is_worth() {
        assert_eq!(blamed("if 1:\n\tif 1:\n        x = 1\nprint(2)\n"), "TabError 3");
        assert_eq!(blamed("if 1:\n        x = 1\n\ty = 2\n"), "TabError 3");
        assert_eq!(blamed("if 1:\n\tx\n    y\n"), "IndentationError 3");
        assert_eq!(blamed("# c\nif 1:\n        a\npass\n\tb\n"), "IndentationError 5");
    }

    #[test]
    fn what_is_no_token_is_reported_before_what_is_no_grammar() {
        assert_eq!(blamed("x y\n'a"), "SyntaxError 2");
        assert_eq!(blamed("x y\n07"), "SyntaxError 2");
        assert_eq!(blamed("x y\n)"), "SyntaxError 2");
        assert_eq!(blamed("x y\n(]"), "SyntaxError 2");
        assert_eq!(blamed("x y\nx = $\n"), "SyntaxError 1");
    }

    #[test]
    fn a_bracket_is_blamed_if_it_is_never_closed() {
        assert_eq!(blamed("print(1\nx = 2\n"), "SyntaxError 1");
        assert_eq!(blamed("x = (\n1]\n"), "SyntaxError 2");
        assert_eq!(blamed("f(\n x y\n]"), "SyntaxError 3");
    }
}
