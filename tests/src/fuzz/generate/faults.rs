//! Deliberate mistakes: statements that end the program with an error when
//! they are reached, so that messages and tracebacks are compared as well.

use super::Generator;
use super::scope::{Kind, Signature};
use crate::fuzz::tree::{BinaryOperator, Block, Comparison, Expr, Stmt, UnaryOperator};

/// Writes the mistake into a block.
type Fault = fn(&mut Generator, &mut Block);

/// The mistakes, with their weights.
const FAULTS: [(u32, Fault); 11] = [
    (5, Generator::division_by_zero),
    (5, Generator::operand_of_wrong_type),
    (2, Generator::augmented_with_none),
    (1, Generator::argument_of_wrong_type),
    (2, Generator::unknown_name),
    (4, Generator::read_before_assignment),
    (3, Generator::wrong_number_of_arguments),
    (2, Generator::negative_shift),
    (1, Generator::call_of_an_integer),
    (1, Generator::bad_range),
    (3, Generator::endless_recursion),
];

impl Generator {
    /// Writes a statement that certainly fails when it is reached.
    pub(super) fn fault(&mut self, block: &mut Block) {
        self.random.weighted(&FAULTS)(self, block);
    }

    /// Writes a statement that evaluates `value`.
    fn push_evaluation(&mut self, value: Expr, block: &mut Block) {
        let variable = self.variable(|variable| variable.writable);
        block.push(match (self.random.count(0..=3), variable) {
            (0, _) => Stmt::Expr(value),
            (1, _) => {
                let branches = vec![(value, vec![Stmt::Pass])];
                Stmt::If { branches, otherwise: Block::new() }
            }
            (2, Some(variable)) => Stmt::Assign { targets: vec![variable.name], value },
            _ => Stmt::Expr(Expr::call("print", vec![value])),
        });
    }

    fn division_by_zero(&mut self, block: &mut Block) {
        use BinaryOperator::{And, FloorDivide, Multiply, Remainder};
        let zero = match self.random.count(0..=3) {
            0 => Expr::binary(self.small(1), And, Expr::Int(0)),
            1 => Expr::binary(self.small(1), Multiply, Expr::Bool(false)),
            _ => Expr::Int(0),
        };
        let operator = *self.random.pick(&[FloorDivide, Remainder]);
        let value = Expr::binary(self.small(2), operator, zero);
        self.push_evaluation(value, block);
    }

    /// `None` or a string where an integer is needed. Left out is what CPython
    /// allows: strings can be added, repeated and formatted.
    fn operand_of_wrong_type(&mut self, block: &mut Block) {
        use BinaryOperator as Op;
        let wrong = self.random.pick(&[Expr::None, Expr::Str("red".to_owned())]).clone();
        let right = self.small(1);
        let operators = [Op::Subtract, Op::FloorDivide, Op::Power, Op::ShiftLeft, Op::And, Op::Xor];
        let operator = *self.random.pick(&operators);
        let value = match self.random.count(0..=5) {
            0 => Expr::binary(wrong, operator, right),
            1 => Expr::binary(right, operator, wrong),
            2 => Expr::binary(right, Op::Add, wrong),
            3 => Expr::compare(wrong, Comparison::Less, right),
            4 => Expr::compare(right, Comparison::GreaterOrEqual, wrong),
            _ => {
                let operator = *self.random.pick(&[UnaryOperator::Negate, UnaryOperator::Invert]);
                Expr::unary(operator, wrong)
            }
        };
        self.push_evaluation(value, block);
    }

    fn augmented_with_none(&mut self, block: &mut Block) {
        use BinaryOperator::{Add, Or, Remainder, ShiftRight};
        let writable = self.variable(|variable| variable.writable && variable.kind.is_integer());
        let Some(variable) = writable else {
            return self.unknown_name(block);
        };
        let operator = *self.random.pick(&[Add, Remainder, ShiftRight, Or]);
        block.push(Stmt::Augment { target: variable.name, operator, value: Expr::None });
    }

    fn argument_of_wrong_type(&mut self, block: &mut Block) {
        let value = match self.random.one_in(2) {
            true => Expr::call("abs", vec![Expr::None]),
            false => Expr::call("max", vec![self.small(1), Expr::Str("red".to_owned())]),
        };
        self.push_evaluation(value, block);
    }

    /// A name that nothing has: nearly a variable's, or no one's.
    fn unknown_name(&mut self, block: &mut Block) {
        let known = self.variable(|_| true).map(|variable| variable.name + "_");
        let name = known.filter(|_| self.random.one_in(2));
        let name = Expr::Name(name.unwrap_or_else(|| "nowhere".to_owned()));
        let value = Expr::binary(self.small(1), BinaryOperator::Add, name);
        self.push_evaluation(value, block);
    }

    /// In a function an `UnboundLocalError`, in the module a `NameError`.
    fn read_before_assignment(&mut self, block: &mut Block) {
        let target = "late".to_owned();
        let value = self.small(1);
        if self.random.one_in(2) {
            let operator = BinaryOperator::Add;
            return block.push(Stmt::Augment { target, operator, value });
        }
        let assignment = Stmt::Assign { targets: vec![target], value };
        let branches = vec![(Expr::Bool(false), vec![assignment])];
        block.push(Stmt::If { branches, otherwise: Block::new() });
        self.push_evaluation(Expr::name("late"), block);
    }

    fn wrong_number_of_arguments(&mut self, block: &mut Block) {
        if self.functions.is_empty() {
            return self.unknown_name(block);
        }
        let Signature { name, parameters, .. } = self.random.pick(&self.functions).clone();
        let arity = parameters.len() as u32;
        let count = match self.random.one_in(2) {
            true => arity + self.random.count(1..=2),
            false if arity == 0 => 1,
            false => self.random.count(0..=arity - 1),
        };
        let arguments = (0..count).map(|_| self.small(1)).collect();
        self.push_evaluation(Expr::call(&name, arguments), block);
    }

    fn negative_shift(&mut self, block: &mut Block) {
        use BinaryOperator::{ShiftLeft, ShiftRight};
        let operator = *self.random.pick(&[ShiftLeft, ShiftRight]);
        let count = Expr::Int(-self.random.between(1..=70));
        let value = Expr::binary(self.small(2), operator, count);
        self.push_evaluation(value, block);
    }

    fn call_of_an_integer(&mut self, block: &mut Block) {
        let Some(variable) = self.variable(|variable| variable.kind.is_integer()) else {
            return self.unknown_name(block);
        };
        let argument = self.small(1);
        self.push_evaluation(Expr::call(&variable.name, vec![argument]), block);
    }

    /// A `range` with a step of 0, or over something that is no integer.
    fn bad_range(&mut self, block: &mut Block) {
        let variable = self.variable(|variable| variable.writable && variable.kind == Kind::Small);
        let Some(variable) = variable else {
            return self.unknown_name(block);
        };
        let range = match self.random.one_in(2) {
            true => vec![Expr::Int(0), self.small(1), Expr::Int(0)],
            false => vec![Expr::None],
        };
        let (variable, body) = (variable.name, vec![Stmt::Pass]);
        block.push(Stmt::For { variable, range, body, otherwise: Block::new() });
    }

    /// A function that calls itself, made to do so more often than the
    /// interpreter has frames.
    fn endless_recursion(&mut self, block: &mut Block) {
        let functions = self.functions.iter();
        let recursive: Vec<Signature> =
            functions.filter(|function| function.recursion_depth.is_some()).cloned().collect();
        if recursive.is_empty() {
            return self.division_by_zero(block);
        }
        let callee = self.random.pick(&recursive).clone();
        let Expr::Call { function, mut arguments } = self.call_of(&callee, 1) else {
            unreachable!("a call is an `Expr::Call`");
        };
        arguments[0] = Expr::Int(5_000);
        self.push_evaluation(Expr::Call { function, arguments }, block);
    }
}
