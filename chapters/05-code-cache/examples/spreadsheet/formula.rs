//! The language: a formula becomes steps, in the order in which they are done.

use std::fmt;

use crate::cell::CellId;

/// How many characters a formula may have. It has no more operands at a time.
pub(crate) const CHARACTERS: usize = 120;

/// What a cell contains. A formula without steps is 0: that of a cell which was never set.
#[derive(Debug, Default)]
pub(crate) struct Formula {
    pub(crate) steps: Vec<Step>,
}

/// What is done with a stack of numbers, and which column of the formula says so, counted
/// from 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) action: Action,
    pub(crate) column: usize,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Action {
    Number(f64),
    Cell(CellId),
    Add,
    Subtract,
    Multiply,
    Divide,
    Absolute,
}

/// A place in the formula of a cell.
pub(crate) struct Position {
    pub(crate) cell: CellId,
    pub(crate) column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, column {}", self.cell, self.column)
    }
}

/// Why a text is no formula.
#[derive(Debug, thiserror::Error)]
#[error("column {column}: expected {expected}")]
pub(crate) struct SyntaxError {
    column: usize,
    expected: &'static str,
}

impl Formula {
    pub(crate) fn parse(text: &str) -> Result<Formula, SyntaxError> {
        if text.chars().count() > CHARACTERS {
            return Err(SyntaxError { column: CHARACTERS + 1, expected: "the end at last" });
        }
        let mut parser = Parser { text, rest: text, steps: Vec::new() };
        parser.sum()?;
        let column = parser.column();
        match parser.rest {
            "" => Ok(Formula { steps: parser.steps }),
            _ => Err(SyntaxError { column, expected: "an operator, or the end" }),
        }
    }

    /// The number, if the formula is no more than that.
    pub(crate) fn number(&self) -> Option<f64> {
        match self.steps[..] {
            [] => Some(0.0),
            [Step { action: Action::Number(number), .. }] => Some(number),
            _ => None,
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    /// What has not been read yet.
    rest: &'a str,
    steps: Vec<Step>,
}

type Parsed = Result<(), SyntaxError>;

impl<'a> Parser<'a> {
    fn sum(&mut self) -> Parsed {
        self.chain([("+", Action::Add), ("-", Action::Subtract)], Self::product)
    }

    fn product(&mut self) -> Parsed {
        self.chain([("*", Action::Multiply), ("/", Action::Divide)], Self::operand)
    }

    /// Operands with operators between them, which all bind alike.
    fn chain(
        &mut self,
        operators: [(&str, Action); 2],
        operand: impl Fn(&mut Self) -> Parsed,
    ) -> Parsed {
        operand(self)?;
        loop {
            let column = self.column();
            let next = operators.iter().find(|(operator, _)| self.accept(operator));
            let Some(&(_, action)) = next else { return Ok(()) };
            operand(self)?;
            self.push(action, column);
        }
    }

    fn operand(&mut self) -> Parsed {
        let column = self.column();
        match self.word() {
            "" if self.accept("(") => self.closed_sum(),
            "SUM" => self.rectangle(column),
            "ABS" => {
                self.expect("(", "`(`")?;
                self.closed_sum()?;
                self.push(Action::Absolute, column);
                Ok(())
            }
            word => {
                let action = number_or_cell(word);
                let expected = "a number, a cell, `SUM`, `ABS` or `(`";
                self.push(action.ok_or(SyntaxError { column, expected })?, column);
                Ok(())
            }
        }
    }

    fn closed_sum(&mut self) -> Parsed {
        self.sum()?;
        self.expect(")", "an operator, or `)`")
    }

    /// The cells of a rectangle, added to one another.
    fn rectangle(&mut self, column: usize) -> Parsed {
        self.expect("(", "`(`")?;
        let corner = self.cell()?;
        self.expect(":", "`:`")?;
        let opposite = self.cell()?;
        self.push(Action::Number(0.0), column);
        for cell in CellId::rectangle(corner, opposite) {
            self.push(Action::Cell(cell), column);
            self.push(Action::Add, column);
        }
        self.expect(")", "`)`")
    }

    fn cell(&mut self) -> Result<CellId, SyntaxError> {
        let column = self.column();
        CellId::parse(self.word()).ok_or(SyntaxError { column, expected: "a cell" })
    }

    fn push(&mut self, action: Action, column: usize) {
        self.steps.push(Step { action, column });
    }

    /// Where the next character is that is no space.
    fn column(&mut self) -> usize {
        self.rest = self.rest.trim_start();
        self.text.chars().count() - self.rest.chars().count() + 1
    }

    /// Reads a name or a number, which may have a sign. It may have no characters.
    fn word(&mut self) -> &'a str {
        self.rest = self.rest.trim_start();
        let is_other = |it: char| !it.is_ascii_alphanumeric() && it != '.';
        let sign = usize::from(self.rest.starts_with('-'));
        let length = self.rest[sign..].find(is_other).map_or(self.rest.len(), |it| it + sign);
        let (word, rest) = self.rest.split_at(length);
        self.rest = rest;
        word
    }

    /// Reads some character, if that comes next.
    fn accept(&mut self, character: &str) -> bool {
        let rest = self.rest.trim_start().strip_prefix(character);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn expect(&mut self, character: &str, expected: &'static str) -> Parsed {
        let column = self.column();
        if self.accept(character) { Ok(()) } else { Err(SyntaxError { column, expected }) }
    }
}

fn number_or_cell(word: &str) -> Option<Action> {
    // Rust has names for numbers, too: `inf`.
    let is_number = word.contains(|it: char| it.is_ascii_digit());
    let number = word.parse().ok().filter(|_| is_number).map(Action::Number);
    number.or_else(|| CellId::parse(word).map(Action::Cell))
}
