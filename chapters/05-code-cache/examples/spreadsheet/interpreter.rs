//! The interpreter: computes a formula for which there is no room in the cache, and all
//! formulas that it needs.

use std::fmt;

use crate::cell::CellId;
use crate::formula::{Action, Position, Step};
use crate::grid::{Edition, Grid};
use crate::runner::FRAMES;

/// Why a formula has no value, and where.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{place}: {reason}")]
pub(crate) struct Failure {
    pub(crate) place: String,
    pub(crate) reason: Reason,
}

/// `Reason` of `sheet.c`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    DivisionByZero,
    TooDeep,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::DivisionByZero => write!(f, "division by zero"),
            Reason::TooDeep => write!(f, "goes round in circles, or is {FRAMES} formulas deep"),
        }
    }
}

impl Grid {
    /// Computes the formula of a cell, for which so many frames are in use.
    pub(crate) fn interpret(
        &self,
        cell: CellId,
        edition: Edition,
        frames: usize,
    ) -> Result<f64, Failure> {
        if let Some(value) = self.memo(cell, edition) {
            return Ok(value);
        }
        let mut operands = Operands(Vec::new());
        for &Step { action, column } in &self.formula(cell).steps {
            let fail = |reason| Failure { place: Position { cell, column }.to_string(), reason };
            match action {
                Action::Cell(other) => match self.formula(other).number() {
                    Some(number) => operands.0.push(number),
                    None if frames == FRAMES => return Err(fail(Reason::TooDeep)),
                    None => operands.0.push(self.interpret(other, edition, frames + 1)?),
                },
                action => operands.act(action).map_err(fail)?,
            }
        }
        let value = operands.pop();
        self.set_memo(cell, edition, value);
        Ok(value)
    }
}

struct Operands(Vec<f64>);

impl Operands {
    /// Does what needs no other cell.
    fn act(&mut self, action: Action) -> Result<(), Reason> {
        let result = match action {
            Action::Number(number) => number,
            Action::Cell(_) => unreachable!("this is for the grid"),
            Action::Absolute => self.pop().abs(),
            Action::Add => self.pop_two(|left, right| left + right),
            Action::Subtract => self.pop_two(|left, right| left - right),
            Action::Multiply => self.pop_two(|left, right| left * right),
            Action::Divide if self.0.last() == Some(&0.0) => return Err(Reason::DivisionByZero),
            Action::Divide => self.pop_two(|left, right| left / right),
        };
        self.0.push(result);
        Ok(())
    }

    fn pop(&mut self) -> f64 {
        self.0.pop().expect("the parser has put operands before their operator")
    }

    fn pop_two(&mut self, operator: impl Fn(f64, f64) -> f64) -> f64 {
        let right = self.pop();
        operator(self.pop(), right)
    }
}
