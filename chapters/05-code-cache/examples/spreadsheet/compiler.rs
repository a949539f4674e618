//! The compiler: a formula becomes an image. Chapter 5 of the book, "The same cache,
//! another language".

use std::convert::Infallible;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use ch02_stencils::{CodeOffset, HoleKind, StencilId};
use ch03_relocations::arch::X86_64;
use ch03_relocations::link::{CodeMap, HoleResolver, Image, Step, Values};
use ch04_executable_memory::Describe;
use ch05_code_cache::{Compiler, Token};

use crate::cell::CellId;
use crate::formula::{Action, Formula, Position};
use crate::grid::Grid;
use crate::stencils::{ENTRY, MEMO, NUMBER, Stencils};

/// Compiles the formulas of a grid.
pub(crate) struct FormulaCompiler {
    pub(crate) stencils: Rc<Stencils>,
    pub(crate) grid: Rc<Grid>,
}

/// A compiled formula, which knows where the code of its steps lies.
#[derive(Debug)]
pub(crate) struct Compiled {
    cell: CellId,
    name: String,
    formula: Arc<Formula>,
    map: CodeMap,
}

/// What code takes for granted: what a cell contains.
pub(crate) fn token(cell: CellId) -> Token {
    Token(cell.0 as u64)
}

impl Compiler for FormulaCompiler {
    type Key = CellId;
    type Arch = X86_64;
    type Function = Compiled;
    type Error = Infallible;

    fn compile(
        &mut self,
        cell: CellId,
        image: &mut Image<X86_64>,
        tokens: &mut Vec<Token>,
    ) -> Result<(), Infallible> {
        tokens.push(token(cell));
        let mut plan = Plan(vec![(self.stencils.find("begin"), 0)]);
        for step in &self.grid.formula(cell).steps {
            let (stencil, value) = self.translate(step.action, tokens);
            plan.0.push((self.stencils.find(stencil), value));
        }
        plan.0.push((self.stencils.find("finish"), 0));
        let linked = self.stencils.0.link(plan.0.len() as u32, &plan, image);
        linked.expect("words fit, and the code has less than 2 GiB");
        Ok(())
    }

    fn describe(&self, cell: CellId, map: CodeMap) -> Compiled {
        Compiled { cell, name: cell.to_string(), formula: self.grid.formula(cell), map }
    }

    fn outside(&self, cell: CellId, symbol: HoleKind) -> u64 {
        assert_eq!(symbol, MEMO, "the code of a formula has nothing else outside");
        self.grid.memo_address(cell)
    }
}

impl FormulaCompiler {
    // ANCHOR: translate
    /// The stencil of an action, and what goes into its hole.
    fn translate(&self, action: Action, tokens: &mut Vec<Token>) -> (&'static str, u64) {
        match action {
            Action::Number(number) => ("number", number.to_bits()),
            Action::Cell(other) => match self.grid.formula(other).number() {
                // Whoever changes the number has to throw this code away.
                Some(number) => {
                    tokens.push(token(other));
                    ("number", number.to_bits())
                }
                // Whoever changes the formula has not: its entry stays where it is.
                None => ("call", self.grid.entry_address(other)),
            },
            Action::Add => ("add", 0),
            Action::Subtract => ("subtract", 0),
            Action::Multiply => ("multiply", 0),
            Action::Divide => ("divide", 0),
            Action::Absolute => ("absolute", 0),
        }
    }
    // ANCHOR_END: translate
}

/// By step: `begin`, those of the formula, and `finish`; and what goes into their holes.
struct Plan(Vec<(StencilId, u64)>);

impl HoleResolver for Plan {
    fn stencil(&self, step: Step) -> StencilId {
        self.0[step.0 as usize].0
    }

    fn fill(&self, step: Step, _: &CodeMap, values: &mut Values) {
        let (_, value) = self.0[step.0 as usize];
        values.set(NUMBER, value);
        values.set(ENTRY, value);
    }
}

impl Describe for Compiled {
    fn name(&self) -> &str {
        &self.name
    }

    fn describe(&self, offset: CodeOffset, out: &mut dyn fmt::Write) -> fmt::Result {
        let step = self.map.find(offset).and_then(|position| position.step.0.checked_sub(1));
        let step = step.and_then(|step| self.formula.steps.get(step as usize));
        let column = step.map_or(1, |step| step.column);
        write!(out, "{}", Position { cell: self.cell, column })
    }
}
