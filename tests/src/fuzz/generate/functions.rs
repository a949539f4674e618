//! Function definitions: what a function gets, which globals it may touch, and
//! how one that calls itself comes to an end.

use super::calls::COUNTDOWN;
use super::scope::{Kind, Recursion, Scope, Signature, Variable};
use super::{Generator, NESTING};
use crate::fuzz::tree::{BinaryOperator, Block, Comparison, Expr, Function, Stmt};

/// Names of parameters, in order.
const PARAMETERS: [&str; 4] = ["a", "b", "c", "d"];

/// The local variables of a function: the first one always, the others
/// sometimes.
const LOCALS: [(&str, Kind); 6] = [
    ("x", Kind::Small),
    ("y", Kind::Small),
    ("sum", Kind::Total),
    ("huge", Kind::Wide),
    ("ok", Kind::Bool),
    ("item", Kind::Any),
];

/// How many statements a call executes at most: cheap enough to be a value, or
/// not; and without the calls of itself in a function that calls itself.
const LIMITS: [u32; 3] = [80, 110, 400];
const RECURSIVE_LIMIT: u32 = 18;

/// How a function calls itself: how often in one call, how deep, and how many
/// calls that makes at most.
#[derive(Clone, Copy)]
struct RecursionShape {
    calls: u32,
    depth: u32,
    total: u32,
}

const RECURSIONS: [RecursionShape; 2] = [
    RecursionShape { calls: 1, depth: 9, total: 10 },
    RecursionShape { calls: 2, depth: 5, total: 63 },
];

impl Generator {
    /// The function `f0`, `f1`, …, which from then on may be called.
    pub(super) fn function(&mut self, index: u32) -> Function {
        let recursion = self.random.one_in(3).then(|| *self.random.pick(&RECURSIONS));
        let signature = self.signature(index, recursion);
        let parameters = self.open(&signature, recursion);
        let body = self.function_body(&signature);
        let calls = recursion.map_or(1, |shape| shape.total);
        let cost = self.scope.budget.spent * calls;
        let name = signature.name.clone();
        self.functions.push(Signature { cost, ..signature });
        Function { name, parameters, body }
    }

    /// Chooses parameters and result. The cost is not known yet, and 0.
    fn signature(&mut self, index: u32, recursion: Option<RecursionShape>) -> Signature {
        let least = usize::from(recursion.is_some());
        let count = *self.random.pick(&[0, 1, 1, 2, 2, 3, 4].map(|count: usize| count.max(least)));
        let mut parameters: Vec<Kind> = (0..count).map(|_| self.parameter_kind()).collect();
        let mut result = self.random.weighted(&[(6, Kind::Small), (1, Kind::Bool), (2, Kind::Any)]);
        if recursion.is_some() {
            parameters[0] = Kind::Small;
            result = Kind::Small;
        }
        Signature {
            name: format!("f{index}"),
            parameters,
            result,
            recursion_depth: recursion.map(|shape| shape.depth),
            cost: 0,
        }
    }

    fn parameter_kind(&mut self) -> Kind {
        if self.random.one_in(4)
            && let Some(arity) = self.arity_of_a_value()
        {
            return Kind::Function(arity);
        }
        self.random.weighted(&[(8, Kind::Small), (1, Kind::Bool), (2, Kind::Any)])
    }

    /// Begins the function's scope with its parameters; returns their names.
    fn open(&mut self, signature: &Signature, recursion: Option<RecursionShape>) -> Vec<String> {
        let limit = match recursion {
            Some(_) => RECURSIVE_LIMIT,
            None => *self.random.pick(&LIMITS),
        };
        self.scope = Scope::new(limit, Some(signature.result));
        let named = signature.parameters.iter().zip(PARAMETERS);
        self.scope.variables = named.map(|(kind, name)| Variable::new(name, *kind)).collect();
        if let Some(shape) = recursion {
            self.scope.variables[0] = Variable::new(COUNTDOWN, Kind::Small).read_only();
            self.scope.recursion =
                Some(Recursion { signature: signature.clone(), calls_left: shape.calls });
        }
        let parameters = self.scope.variables.iter();
        parameters.map(|parameter| parameter.name.clone()).collect()
    }

    fn function_body(&mut self, signature: &Signature) -> Block {
        let mut block = Block::new();
        let locals = self.reach_globals(&mut block);
        if signature.recursion_depth.is_some() {
            block.push(self.base_case());
        }
        for local in locals {
            self.declare(local, &mut block);
        }
        self.scope.budget.charge(block.len() as u32 + 1);
        for _ in 0..self.random.count(1..=5) {
            if self.scope.budget.affords(1) {
                self.statement(NESTING - 1, &mut block);
            }
        }
        self.last_return(signature, &mut block);
        block
    }

    /// Brings globals in reach: some for reading only, some declared `global`,
    /// and some hidden by a local variable of the same name, which is among
    /// those that are returned.
    fn reach_globals(&mut self, block: &mut Block) -> Vec<Variable> {
        let mut locals = Vec::new();
        let mut declared = Vec::new();
        for (index, (name, kind)) in LOCALS.into_iter().enumerate() {
            if index == 0 || self.random.one_in(3) {
                locals.push(Variable::new(name, kind));
            }
        }
        for global in self.globals.clone() {
            match self.random.count(0..=7) {
                0 => locals.push(global),
                1 | 2 => {
                    declared.push(global.name.clone());
                    self.scope.variables.push(global);
                }
                _ => self.scope.variables.push(global.read_only()),
            }
        }
        if !declared.is_empty() {
            block.push(Stmt::Global(declared));
        }
        locals
    }

    /// `if n <= 0: return` with a value that calls nothing.
    fn base_case(&mut self) -> Stmt {
        let test = Expr::compare(Expr::name(COUNTDOWN), Comparison::LessOrEqual, Expr::Int(0));
        let value = self.small_literal().expr;
        Stmt::If {
            branches: vec![(test, vec![Stmt::Return(Some(value))])],
            otherwise: Block::new(),
        }
    }

    /// The `return` at the end. A function whose result may be anything can do
    /// without; one that calls itself does so here, if it did not before.
    fn last_return(&mut self, signature: &Signature, block: &mut Block) {
        let value = match self.scope.recursion {
            Some(_) => self.recursive_result(signature),
            None if signature.result == Kind::Any && self.random.one_in(3) => return,
            None => self.value(signature.result, 2),
        };
        block.push(Stmt::Return(Some(value)));
    }

    /// A small integer that makes all the calls of itself that are left.
    fn recursive_result(&mut self, signature: &Signature) -> Expr {
        use BinaryOperator::{Add, Multiply, Remainder, Subtract, Xor};
        let mut value = self.small(1);
        while self.calls_of_itself_left() > 0 {
            let operator = *self.random.pick(&[Add, Subtract, Xor, Multiply]);
            let reduced = Expr::binary(value, Remainder, Expr::Int(997));
            let call = self.call_of(signature, 1);
            value = match self.random.one_in(2) {
                true => Expr::binary(call, operator, reduced),
                false => Expr::binary(reduced, operator, call),
            };
        }
        Expr::binary(value, Remainder, Expr::Int(1_000_003))
    }

    fn calls_of_itself_left(&self) -> u32 {
        let recursion = self.scope.recursion.as_ref();
        recursion.map_or(0, |recursion| recursion.calls_left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calls_of_a_recursion_are_all_counted() {
        for RecursionShape { calls, depth, total } in RECURSIONS {
            // With the argument 0 comes the base case.
            let of_each_depth = (0..=depth).map(|depth| calls.pow(depth));
            assert_eq!(of_each_depth.sum::<u32>(), total);
        }
    }
}
