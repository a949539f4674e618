//! Runs Ruff's parser on a stack that fits the source.

use ruff_python_ast::{ModModule, PythonVersion};
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::{blame, nesting, rules};
use crate::error::{NestingError, SourceError};
use crate::source::SourceText;

/// Stack for one level of nesting. The parser grows its own; checking the rules,
/// compiling and dropping the tree were measured to need 1.0 to 1.5 KiB a level
/// in an unoptimized build, so this is ample.
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
    if let Some(error) = blame::first_error(parsed.errors(), parsed.tokens(), source) {
        return Err(error);
    }
    if let Some(error) = parsed.unsupported_syntax_errors().first() {
        return Err(SourceError::syntax(error.to_string(), error.range()));
    }
    Ok(parsed.try_into_module().expect("a module was asked for").into_syntax())
}
