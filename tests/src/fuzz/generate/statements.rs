//! Statements that are not loops.

use super::bounds::{Bounded, result_bits};
use super::scope::{Kind, SMALL_BITS, Variable, WORD_BITS};
use super::{DEPTH, Generator};
use crate::fuzz::tree::{BinaryOperator, Block, Expr, Stmt};

/// Writes a statement, or two that belong together, in which blocks may still
/// lie that deep inside one another.
type Shape = fn(&mut Generator, u32, &mut Block);

/// The statements of a block, with their weights.
const SHAPES: [(u32, Shape); 12] = [
    (8, Generator::assignment),
    (3, Generator::unpacking),
    (7, Generator::augmented_assignment),
    (4, Generator::print),
    (2, Generator::called_statement),
    (1, Generator::discarded_value),
    (6, Generator::conditional_statement),
    (4, Generator::while_loop),
    (4, Generator::for_loop),
    (3, Generator::jump),
    (2, Generator::early_return),
    (1, Generator::no_statement),
];

impl Generator {
    /// Writes a statement, or the mistake if it is time for it.
    pub(super) fn statement(&mut self, nesting: u32, block: &mut Block) {
        self.scope.budget.charge(1);
        match self.fault_after {
            Some(0) => {
                self.fault_after = None;
                self.fault(block);
            }
            Some(statements) => {
                self.fault_after = Some(statements - 1);
                self.random.weighted(&SHAPES)(self, nesting, block);
            }
            None => self.random.weighted(&SHAPES)(self, nesting, block),
        }
    }

    /// A block of one to four statements, in which blocks may lie that deep.
    pub(super) fn block(&mut self, nesting: u32) -> Block {
        let mut block = Block::new();
        for _ in 0..self.random.count(1..=4) {
            if self.scope.budget.affords(1) {
                self.statement(nesting, &mut block);
            }
        }
        block
    }

    /// The block of an `else`: empty, which means that there is none, in more
    /// than half of the cases.
    pub(super) fn otherwise(&mut self, nesting: u32) -> Block {
        match self.random.count(0..=4) {
            0 | 1 => self.block(nesting),
            _ => Block::new(),
        }
    }

    fn writable(&mut self) -> Option<Variable> {
        self.variable(|variable| variable.writable)
    }

    /// `a = value` or `a = b = value`.
    pub(super) fn assignment(&mut self, _: u32, block: &mut Block) {
        let Some(variable) = self.writable() else {
            return block.push(Stmt::Pass);
        };
        let kind = variable.kind;
        let mut targets = vec![variable.name];
        while self.random.one_in(5) {
            let other = self.variable(|other| other.writable && other.kind == kind);
            targets.extend(other.map(|other| other.name));
        }
        let depth = self.random.count(1..=DEPTH);
        let value = self.value(kind, depth);
        block.push(Stmt::Assign { targets, value });
    }

    /// `a, b = value, value`, and sometimes an exchange: `a, b = b, a`.
    fn unpacking(&mut self, _: u32, block: &mut Block) {
        let count = self.random.count(2..=4);
        let variables: Vec<Variable> = (0..count).filter_map(|_| self.writable()).collect();
        if variables.len() < 2 {
            return block.push(Stmt::Pass);
        }
        let values = variables.iter().map(|variable| {
            let depth = self.random.count(0..=2);
            let name = self.variable(|other| other.kind == variable.kind).map(|other| other.name);
            match name {
                Some(name) if depth == 0 && variable.kind != Kind::Total => Expr::Name(name),
                _ => self.value(variable.kind, depth),
            }
        });
        let values = values.collect();
        let targets = variables.into_iter().map(|variable| variable.name).collect();
        block.push(Stmt::Unpack { targets, values });
    }

    /// `a += value`. Where that might make `a` too large for its kind, another
    /// statement makes it small again; where not even a word would hold the
    /// result, one before it does, too.
    fn augmented_assignment(&mut self, _: u32, block: &mut Block) {
        let writable = |variable: &Variable| variable.writable && variable.kind.is_integer();
        let Some(variable) = self.variable(writable) else {
            return block.push(Stmt::Pass);
        };
        let target = variable.name;
        if variable.kind == Kind::Total && !self.random.one_in(4) {
            let operator = *self.random.pick(&[BinaryOperator::Add, BinaryOperator::Subtract]);
            let value = self.small(2);
            return block.push(Stmt::Augment { target, operator, value });
        }
        let most = variable.kind.bits().expect("chosen for being an integer");
        let (operator, value) = self.augmentation();
        let old = Bounded { expr: Expr::name(&target), bits: most };
        let bits = result_bits(&old, operator, &value);
        if bits > WORD_BITS && !self.may_overflow {
            self.push_reduction(&target, block);
        }
        let augmentation = Stmt::Augment { target: target.clone(), operator, value: value.expr };
        block.push(augmentation);
        if bits > most {
            self.push_reduction(&target, block);
        }
    }

    /// Writes a statement that makes a variable small.
    fn push_reduction(&mut self, target: &str, block: &mut Block) {
        let (operator, operand) = self.reduction();
        let (target, value) = (target.to_owned(), Expr::Int(operand));
        block.push(Stmt::Augment { target, operator, value });
    }

    /// An operator and a right operand that keep a small left operand within a
    /// word.
    fn augmentation(&mut self) -> (BinaryOperator, Bounded) {
        use BinaryOperator as Op;
        let operator = *self.random.pick(&BinaryOperator::ALL);
        let value = match operator {
            Op::FloorDivide | Op::Remainder => self.divisor(1),
            Op::Power => Bounded::literal(self.random.between(0..=3)),
            Op::ShiftLeft | Op::ShiftRight => Bounded::literal(self.random.between(0..=15)),
            _ => Bounded { expr: self.small(2), bits: SMALL_BITS },
        };
        (operator, value)
    }

    /// `print` of up to three values.
    fn print(&mut self, _: u32, block: &mut Block) {
        let count = self.random.weighted(&[(1, 0), (5, 1), (4, 2), (2, 3)]);
        let values = (0..count).map(|_| match self.random.count(0..=5) {
            0 => self.boolean(2),
            1 => self.anything(2),
            depth => self.integer(depth.min(DEPTH)).expr,
        });
        let values = values.collect();
        block.push(Stmt::Expr(Expr::call("print", values)));
    }

    /// A call whose result is dropped.
    fn called_statement(&mut self, nesting: u32, block: &mut Block) {
        match self.call(Kind::Any, 2) {
            Some(call) => block.push(Stmt::Expr(call)),
            None => self.print(nesting, block),
        }
    }

    /// An expression for the sake of its side effects, if it has any.
    fn discarded_value(&mut self, _: u32, block: &mut Block) {
        let value = self.anything(2);
        block.push(Stmt::Expr(value));
    }

    fn conditional_statement(&mut self, nesting: u32, block: &mut Block) {
        if nesting == 0 {
            return self.assignment(nesting, block);
        }
        let count = self.random.weighted(&[(5, 1), (2, 2), (1, 3)]);
        let branches = (0..count).map(|_| (self.test(2), self.block(nesting - 1)));
        let branches = branches.collect();
        let otherwise = self.otherwise(nesting - 1);
        block.push(Stmt::If { branches, otherwise });
    }

    /// `break` or `continue`, mostly under a condition.
    fn jump(&mut self, nesting: u32, block: &mut Block) {
        if self.scope.loops == 0 {
            return self.assignment(nesting, block);
        }
        let jump = self.random.pick(&[Stmt::Break, Stmt::Continue]).clone();
        self.push_conditionally(jump, block);
    }

    /// `return`, mostly under a condition.
    fn early_return(&mut self, nesting: u32, block: &mut Block) {
        let Some(result) = self.scope.result else {
            return self.assignment(nesting, block);
        };
        let nothing = result == Kind::Any && self.random.one_in(2);
        let value = (!nothing).then(|| self.value(result, 2));
        self.push_conditionally(Stmt::Return(value), block);
    }

    /// Writes `stmt` under a condition, or, rarely, without one: then what
    /// follows in the block is never reached.
    fn push_conditionally(&mut self, stmt: Stmt, block: &mut Block) {
        if self.random.one_in(8) {
            return block.push(stmt);
        }
        let branches = vec![(self.test(2), vec![stmt])];
        block.push(Stmt::If { branches, otherwise: Block::new() });
    }

    fn no_statement(&mut self, _: u32, block: &mut Block) {
        block.push(Stmt::Pass);
    }
}
