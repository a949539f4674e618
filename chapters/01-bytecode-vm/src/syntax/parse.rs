//! Runs Ruff's parser on a stack that fits the source, and tells its errors in
//! CPython's classes.

use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_python_ast::{ModModule, PythonVersion};
use ruff_python_parser::{
    LexicalErrorType, Mode, ParseError, ParseErrorType, ParseOptions, parse_unchecked,
};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::{nesting, rules};
use crate::error::{NestingError, SourceError, SyntaxClass};
use crate::source::SourceText;

/// Stack for one level of nesting: several calls of the parser. An
/// unoptimized build was measured to need 5 KiB.
const STACK_PER_LEVEL: usize = 16 * 1024;

/// Stack that parsing and compiling a flat program needs.
const BASE_STACK: usize = 512 * 1024;

/// Parses a source and hands its tree to `compile`, on a stack that is large
/// enough for both, and for dropping the tree afterwards.
///
/// # Errors
/// When the source breaks a rule of Python's, or `compile` returns an error.
pub(crate) fn with_tree<T: Send>(
    source: &SourceText,
    compile: impl FnOnce(&ModModule) -> Result<T, SourceError> + Send,
) -> Result<T, SourceError> {
    if let Some(offset) = source.text().find('\0') {
        let range = TextRange::empty(TextSize::new(offset as u32));
        return Err(SourceError::syntax("source code cannot contain null bytes", range));
    }
    let height = nesting::height(source)?;
    with_stack(BASE_STACK + height * STACK_PER_LEVEL, || {
        let tree = parse(source)?;
        rules::check(&tree, source.text())?;
        compile(&tree)
    })
}

/// Does `work` with at least `stack` bytes of stack: here if there are as many,
/// or else on a thread of its own, which unlike growing the stack in place can
/// fail without a panic.
fn with_stack<T: Send>(
    stack: usize,
    work: impl FnOnce() -> Result<T, SourceError> + Send,
) -> Result<T, SourceError> {
    if stacker::remaining_stack().is_some_and(|rest| rest >= stack) {
        return work();
    }
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(stack).spawn_scoped(scope, work);
        let thread = thread.map_err(|_| SourceError::Nesting(NestingError::Parser))?;
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

fn parse(source: &SourceText) -> Result<ModModule, SourceError> {
    let options = ParseOptions::from(Mode::Module).with_target_version(PythonVersion::PY313);
    let parsed = parse_unchecked(source.text(), options);
    if let Some(error) = parsed.errors().iter().min_by_key(|error| error.location.start()) {
        return Err(syntax_error(error, parsed.tokens(), source));
    }
    if let Some(error) = parsed.unsupported_syntax_errors().first() {
        return Err(SourceError::syntax(error.to_string(), error.range()));
    }
    Ok(parsed.try_into_module().expect("a module was asked for").into_syntax())
}

fn syntax_error(error: &ParseError, tokens: &Tokens, source: &SourceText) -> SourceError {
    if let Some((bracket, range)) = unclosed_bracket(error, tokens, source) {
        return SourceError::syntax(format!("'{bracket}' was never closed"), range);
    }
    let indentation = match &error.error {
        ParseErrorType::UnexpectedIndentation
        | ParseErrorType::Lexical(LexicalErrorType::IndentationError) => true,
        ParseErrorType::OtherError(message) => message.starts_with("Expected an indented block"),
        _ => false,
    };
    let class = match indentation {
        false => SyntaxClass::Syntax,
        true if mixes_tabs_and_spaces(error.location, source) => SyntaxClass::Tab,
        true => SyntaxClass::Indentation,
    };
    SourceError::Syntax { class, message: error.error.to_string(), range: error.location }
}

/// The bracket that CPython blames for an error on a later line inside it.
fn unclosed_bracket<'s>(
    error: &ParseError,
    tokens: &Tokens,
    source: &'s SourceText,
) -> Option<(&'s str, TextRange)> {
    let mut open = Vec::new();
    for token in tokens.iter().filter(|token| token.end() <= error.location.start()) {
        match token.kind() {
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => open.push(token.range()),
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => drop(open.pop()),
            _ => {}
        }
    }
    let bracket = open.pop()?;
    let is_earlier = source.line_at(bracket.start()) < source.line_at(error.location.start());
    is_earlier.then(|| (&source.text()[bracket], bracket))
}

/// Whether how a line is indented, against the lines before it, depends on how
/// wide a tab is: CPython's definition of a `TabError`.
fn mixes_tabs_and_spaces(place: TextRange, source: &SourceText) -> bool {
    let number = source.line_at(place.start());
    let line = indentation(source.line(number));
    let before = (1..number).map(|number| source.line(number));
    let code =
        before.filter(|line| !line.trim_start().is_empty() && !line.trim_start().starts_with('#'));
    code.map(indentation).any(|other| line.0.cmp(&other.0) != line.1.cmp(&other.1))
}

/// The width of a line's indentation if tabs go to multiples of 8, and if they are 1 wide.
fn indentation(line: &str) -> (usize, usize) {
    let blanks = line.chars().take_while(|c| matches!(c, ' ' | '\t'));
    blanks.fold((0, 0), |(wide, narrow), blank| match blank {
        '\t' => ((wide / 8 + 1) * 8, narrow + 1),
        _ => (wide + 1, narrow + 1),
    })
}
