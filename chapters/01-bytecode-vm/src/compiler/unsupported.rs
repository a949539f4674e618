//! Names for what Python has and the language has not, and who will bring it.

use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::{Ranged, TextRange};

use crate::error::{Chapter, SourceError};

/// An error that names a construct and underlines it.
pub(super) fn unsupported(
    construct: impl Into<String>,
    range: TextRange,
    chapter: Chapter,
) -> SourceError {
    SourceError::Unsupported { construct: construct.into(), range, chapter }
}

/// The error for a statement that the language does not have.
pub(super) fn unsupported_statement(statement: &Stmt) -> SourceError {
    let (construct, chapter) = match statement {
        Stmt::ClassDef(_) => ("a class", Chapter::Attributes),
        Stmt::Delete(_) => ("the `del` statement", Chapter::Heap),
        Stmt::TypeAlias(_) => ("a type alias", Chapter::None),
        Stmt::AnnAssign(_) => ("an annotation", Chapter::None),
        Stmt::With(_) => ("the `with` statement", Chapter::Exceptions),
        Stmt::Match(_) => ("the `match` statement", Chapter::None),
        Stmt::Raise(_) => ("the `raise` statement", Chapter::Exceptions),
        Stmt::Try(_) => ("the `try` statement", Chapter::Exceptions),
        Stmt::Assert(_) => ("the `assert` statement", Chapter::Exceptions),
        Stmt::Import(_) | Stmt::ImportFrom(_) => ("the `import` statement", Chapter::None),
        Stmt::Nonlocal(_) => ("the `nonlocal` statement", Chapter::Heap),
        _ => ("this statement", Chapter::None),
    };
    unsupported(construct, statement.range(), chapter)
}

/// The error for an expression that the language does not have.
pub(super) fn unsupported_expression(expression: &Expr) -> SourceError {
    let (construct, chapter) = match expression {
        Expr::Named(_) => ("an assignment inside an expression", Chapter::None),
        Expr::Lambda(_) => ("a lambda", Chapter::Heap),
        Expr::Dict(_) | Expr::DictComp(_) => ("a dict", Chapter::Heap),
        Expr::Set(_) | Expr::SetComp(_) => ("a set", Chapter::Heap),
        Expr::List(_) | Expr::ListComp(_) => ("a list", Chapter::Heap),
        Expr::Tuple(_) => ("a tuple", Chapter::Heap),
        Expr::Generator(_) => ("a generator", Chapter::Exceptions),
        Expr::Yield(_) | Expr::YieldFrom(_) => ("a `yield`", Chapter::Exceptions),
        Expr::Await(_) => ("an `await`", Chapter::None),
        Expr::FString(_) => ("an f-string", Chapter::Heap),
        Expr::TString(_) => ("a t-string", Chapter::None),
        Expr::BytesLiteral(_) => ("a bytes literal", Chapter::Heap),
        Expr::EllipsisLiteral(_) => ("the value `...`", Chapter::Heap),
        Expr::Attribute(_) => ("an attribute", Chapter::Attributes),
        Expr::Subscript(_) | Expr::Slice(_) => ("a subscript", Chapter::Heap),
        Expr::Starred(_) => ("a star", Chapter::Heap),
        _ => ("this expression", Chapter::None),
    };
    unsupported(construct, expression.range(), chapter)
}
