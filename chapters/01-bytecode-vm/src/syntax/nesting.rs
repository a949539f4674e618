//! How deeply a source is nested, found from its tokens before anything
//! recurses over it. The check of the rules, the compiler, and Rust when it drops
//! a syntax tree all need stack in proportion; so deep nesting is refused first,
//! with CPython's errors, and the rest gets a stack that is large enough.

use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{Mode, lexer};
use ruff_text_size::TextRange;

use crate::error::{NestingError, SourceError, SyntaxClass};
use crate::source::SourceText;

/// The most brackets that may be open at once (`MAXLEVEL` in CPython's
/// `Parser/lexer/state.h`).
const MAX_BRACKETS: usize = 200;

/// The most indentations (`MAXINDENT` in the same file).
const MAX_INDENTATIONS: usize = 100;

/// The highest a syntax tree may be. It is what CPython 3.13 accepts of chained `+`.
const MAX_HEIGHT: usize = 9_998;

/// An upper bound of how high the syntax tree of `source` is, in expressions
/// and blocks that contain one another.
///
/// # Errors
/// With CPython's error when it is too high.
pub(super) fn height(source: &SourceText) -> Result<usize, SourceError> {
    measure(source.text()).map_err(|excess| match excess {
        Excess::Height(error) => SourceError::Nesting(error),
        Excess::Brackets => {
            SourceError::syntax("too many nested parentheses", first_line_in_excess(source))
        }
        Excess::Indentation => SourceError::Syntax {
            class: SyntaxClass::Indentation,
            message: "too many levels of indentation".to_owned(),
            range: first_line_in_excess(source),
        },
    })
}

fn measure(text: &str) -> Result<usize, Excess> {
    let mut nesting = Nesting::default();
    let mut lexer = lexer::lex(text, Mode::Module);
    loop {
        match lexer.next_token() {
            TokenKind::EndOfFile => return Ok(nesting.highest),
            kind => nesting.follow(kind)?,
        }
    }
}

/// The first line up to which the source is nested too deeply. The lexer does
/// not say where its tokens are, so this is a binary search over prefixes.
fn first_line_in_excess(source: &SourceText) -> TextRange {
    let prefix = |line: u32| &source.text()[..source.line_start(line + 1).into()];
    let (mut fine, mut excess) = (0, source.line_count());
    while excess - fine > 1 {
        let middle = fine.midpoint(excess);
        match measure(prefix(middle)) {
            Ok(_) => fine = middle,
            Err(_) => excess = middle,
        }
    }
    TextRange::empty(source.line_start(excess))
}

enum Excess {
    Brackets,
    Indentation,
    Height(NestingError),
}

/// The operators seen in the brackets that are open. Each may lie below the one
/// before it in the tree; operands side by side (after a comma, say) may not,
/// so the counts start anew there.
#[derive(Default)]
struct Nesting {
    open: Vec<Operators>,
    innermost: Operators,
    /// The sum over `open`.
    below: usize,
    indentations: usize,
    highest: usize,
    /// Whether the last token ended an operand, so that a sign is a binary operator.
    after_operand: bool,
}

#[derive(Clone, Copy, Default)]
struct Operators {
    /// Arithmetic and whatever else binds more tightly than a comparison.
    tight: usize,
    /// Conditional expressions and assignment expressions.
    loose: usize,
    /// Lambdas. Colons, commas and equals signs are part of them, so these do
    /// not start anew there.
    lambdas: usize,
}

impl Operators {
    fn count(self) -> usize {
        self.tight + self.loose + self.lambdas
    }
}

impl Nesting {
    fn follow(&mut self, kind: TokenKind) -> Result<(), Excess> {
        use TokenKind as T;
        match kind {
            T::NonLogicalNewline | T::Comment => return Ok(()),
            T::Lpar | T::Lsqb | T::Lbrace | T::FStringStart | T::TStringStart => self.open()?,
            T::Rpar | T::Rsqb | T::Rbrace | T::FStringEnd | T::TStringEnd => self.close(),
            T::Indent => self.indent()?,
            T::Dedent => self.indentations = self.indentations.saturating_sub(1),
            T::Newline | T::Semi => self.innermost = Operators::default(),
            T::Comma | T::Colon | T::Equal => {
                (self.innermost.tight, self.innermost.loose) = (0, 0);
            }
            T::And | T::Or | T::In | T::Is | T::If => self.innermost.tight = 0,
            T::Less | T::Greater | T::LessEqual | T::GreaterEqual | T::EqEqual | T::NotEqual => {
                self.innermost.tight = 0;
            }
            T::Else | T::ColonEqual | T::Yield => {
                self.innermost.tight = 0;
                self.innermost.loose += 1;
            }
            T::Lambda => self.innermost.lambdas += 1,
            T::Not | T::Await => self.innermost.tight += 1,
            kind if kind.is_operator() => self.innermost.tight += 1,
            _ => {}
        }
        let is_sign = matches!(kind, T::Minus | T::Plus | T::Tilde);
        let waits = matches!(kind, T::Not | T::DoubleStar | T::Else | T::Lambda)
            || is_sign && !self.after_operand;
        self.after_operand = !kind.is_operator() && !kind.is_keyword() || is_closing(kind);
        self.note_height(waits)
    }

    fn open(&mut self) -> Result<(), Excess> {
        self.innermost.tight += 1;
        self.below += self.innermost.count();
        self.open.push(std::mem::take(&mut self.innermost));
        if self.open.len() > MAX_BRACKETS { Err(Excess::Brackets) } else { Ok(()) }
    }

    fn close(&mut self) {
        if let Some(outer) = self.open.pop() {
            self.below -= outer.count();
            self.innermost = outer;
        }
    }

    fn indent(&mut self) -> Result<(), Excess> {
        self.indentations += 1;
        if self.indentations >= MAX_INDENTATIONS { Err(Excess::Indentation) } else { Ok(()) }
    }

    /// `waits`: whether the operator just read is one that the parser keeps on
    /// its stack until it has the right operand.
    fn note_height(&mut self, waits: bool) -> Result<(), Excess> {
        let height = self.below + self.innermost.count() + self.indentations;
        self.highest = self.highest.max(height);
        match (height > MAX_HEIGHT, waits) {
            (false, _) => Ok(()),
            (true, true) => Err(Excess::Height(NestingError::Parser)),
            (true, false) => Err(Excess::Height(NestingError::Compiler)),
        }
    }
}

fn is_closing(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn height(text: &str) -> Result<usize, SourceError> {
        super::height(&SourceText::decode("t.py".into(), text.into()).unwrap())
    }

    #[test]
    fn a_chain_of_additions_is_as_high_as_it_is_long() {
        assert_eq!(height("x = 1 + 1 + 1").unwrap(), 2);
        assert!(height(&format!("x = 1{}", " + 1".repeat(MAX_HEIGHT))).is_ok());
        let error = height(&format!("x = 1{}", " + 1".repeat(MAX_HEIGHT + 1))).unwrap_err();
        assert_eq!(error, SourceError::Nesting(NestingError::Compiler));
    }

    #[test]
    fn a_row_of_signs_overflows_the_parser() {
        for sign in ["-", "~", "not ", "1 if 0 else ", "lambda: ", "lambda x=", "lambda x, y: "] {
            let error = height(&format!("x = {}1", sign.repeat(MAX_HEIGHT + 1))).unwrap_err();
            assert_eq!(error, SourceError::Nesting(NestingError::Parser), "{sign}");
        }
    }

    #[test]
    fn what_stands_side_by_side_does_not_add_up() {
        let arguments = "-1, ".repeat(50_000);
        assert_eq!(height(&format!("print({arguments})")).unwrap(), 2);
        assert!(height(&format!("x = 1{}", " and 1".repeat(50_000))).unwrap() < 5);
        assert!(height(&"x = 1 + 1\n".repeat(50_000)).unwrap() < 5);
    }

    #[test]
    fn brackets_and_indentations_have_limits_of_their_own() {
        let brackets = |n| format!("x = {}1{}", "(".repeat(n), ")".repeat(n));
        assert!(height(&brackets(MAX_BRACKETS)).is_ok());
        assert!(height(&brackets(MAX_BRACKETS + 1)).is_err());
        let blocks = |n: usize| (0..n).map(|i| " ".repeat(i) + "if 1:\n").collect::<String>();
        let indented = |n| blocks(n) + &" ".repeat(n) + "pass\n";
        assert!(height(&indented(MAX_INDENTATIONS - 1)).is_ok());
        let excess = SourceText::decode("t.py".into(), indented(MAX_INDENTATIONS).into()).unwrap();
        assert!(super::height(&excess).is_err());
        assert_eq!(excess.line_at(first_line_in_excess(&excess).start()), 101);
    }
}
