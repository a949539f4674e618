//! Expressions of the kinds that are neither integers nor functions.

use super::Generator;
use super::scope::Kind;
use crate::fuzz::tree::{BinaryOperator, Comparison, Expr, LogicalOperator, UnaryOperator};

/// Strings to print and to compare: an empty one is false.
const STRINGS: [&str; 6] = ["", "red", "green", "two words", "it's", "100%"];

type Shape = fn(&mut Generator, u32) -> Expr;

/// The expressions whose value is a bool, with their weights.
const BOOLEANS: [(u32, Shape); 8] = [
    (3, Generator::boolean_leaf),
    (8, Generator::ordering),
    (3, Generator::equality),
    (3, Generator::identity),
    (3, Generator::negation),
    (3, Generator::logical_boolean),
    (1, Generator::bitwise_boolean),
    (2, Generator::called_boolean),
];

/// The expressions of kind [`Kind::Any`], with their weights.
const ANYTHING: [(u32, Shape); 7] = [
    (4, Generator::anything_leaf),
    (3, Generator::small),
    (2, Generator::boolean),
    (2, Generator::logical_anything),
    (2, Generator::conditional_anything),
    (3, Generator::called_anything),
    (2, Generator::ordering),
];

impl Generator {
    /// An expression that a variable or a parameter of that kind may hold.
    pub(super) fn value(&mut self, kind: Kind, depth: u32) -> Expr {
        match kind {
            Kind::Small | Kind::Total => self.small(depth),
            Kind::Wide => self.wide(depth),
            Kind::Bool => self.boolean(depth),
            Kind::Any => self.anything(depth),
            Kind::Function(arity) => self.function_value(arity, depth),
        }
    }

    /// A literal that a variable of that kind may hold. Panics for functions,
    /// which have no literals.
    pub(super) fn literal(&mut self, kind: Kind) -> Expr {
        match kind {
            Kind::Small | Kind::Total => self.small_literal().expr,
            Kind::Wide => self.edge().expr,
            Kind::Bool => Expr::Bool(self.random.one_in(2)),
            Kind::Any => match self.random.count(0..=3) {
                0 => self.small_literal().expr,
                1 => Expr::Bool(self.random.one_in(2)),
                2 => Expr::None,
                _ => Expr::Str((*self.random.pick(&STRINGS)).to_owned()),
            },
            Kind::Function(_) => unreachable!("there are no function literals"),
        }
    }

    /// The condition of a statement: mostly a bool.
    pub(super) fn test(&mut self, depth: u32) -> Expr {
        match self.random.count(0..=5) {
            0 => self.integer(depth).expr,
            1 => self.anything(depth),
            _ => self.boolean(depth),
        }
    }

    /// An expression whose value is a bool.
    pub(super) fn boolean(&mut self, depth: u32) -> Expr {
        if depth == 0 {
            return self.boolean_leaf(0);
        }
        self.random.weighted(&BOOLEANS)(self, depth - 1)
    }

    fn boolean_leaf(&mut self, _: u32) -> Expr {
        match self.variable(|variable| variable.kind == Kind::Bool) {
            Some(variable) if !self.random.one_in(3) => Expr::Name(variable.name),
            _ => self.literal(Kind::Bool),
        }
    }

    /// A chain of comparisons between integers.
    fn ordering(&mut self, depth: u32) -> Expr {
        use Comparison::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
        let links = self.random.weighted(&[(6, 1), (2, 2), (1, 3)]);
        let first = Box::new(self.integer(depth).expr);
        let rest = (0..links).map(|_| {
            let comparisons = [Less, LessOrEqual, Greater, GreaterOrEqual, Equal, NotEqual];
            (*self.random.pick(&comparisons), self.integer(depth).expr)
        });
        let rest = rest.collect();
        Expr::Compare { first, rest }
    }

    /// `==` or `!=` between values of any kind.
    fn equality(&mut self, depth: u32) -> Expr {
        let comparison = *self.random.pick(&[Comparison::Equal, Comparison::NotEqual]);
        Expr::compare(self.anything(depth), comparison, self.anything(depth))
    }

    /// `is` or `is not` before `None`, `True` or `False`. To the left stands a
    /// name or a call: CPython warns about literals there.
    fn identity(&mut self, depth: u32) -> Expr {
        let call = self.random.one_in(4).then(|| self.call(Kind::Any, depth)).flatten();
        let left = call.or_else(|| Some(Expr::Name(self.variable(|_| true)?.name)));
        let Some(left) = left else {
            return self.boolean_leaf(0);
        };
        let comparison = *self.random.pick(&[Comparison::Is, Comparison::IsNot]);
        let right = self.random.pick(&[Expr::None, Expr::Bool(true), Expr::Bool(false)]);
        Expr::compare(left, comparison, right.clone())
    }

    fn negation(&mut self, depth: u32) -> Expr {
        Expr::unary(UnaryOperator::Not, self.test(depth))
    }

    fn logical_boolean(&mut self, depth: u32) -> Expr {
        let operator = *self.random.pick(&[LogicalOperator::And, LogicalOperator::Or]);
        Expr::logical(self.boolean(depth), operator, self.boolean(depth))
    }

    fn bitwise_boolean(&mut self, depth: u32) -> Expr {
        use BinaryOperator::{And, Or, Xor};
        let operator = *self.random.pick(&[And, Or, Xor]);
        Expr::binary(self.boolean(depth), operator, self.boolean(depth))
    }

    fn called_boolean(&mut self, depth: u32) -> Expr {
        match self.call(Kind::Bool, depth) {
            Some(call) => call,
            None => self.boolean_leaf(0),
        }
    }

    /// An expression of kind `Any`.
    pub(super) fn anything(&mut self, depth: u32) -> Expr {
        if depth == 0 {
            return self.anything_leaf(0);
        }
        self.random.weighted(&ANYTHING)(self, depth - 1)
    }

    fn anything_leaf(&mut self, _: u32) -> Expr {
        let fits = |kind| matches!(kind, Kind::Small | Kind::Bool | Kind::Any);
        match self.variable(|variable| fits(variable.kind)) {
            Some(variable) if !self.random.one_in(3) => Expr::Name(variable.name),
            _ => self.literal(Kind::Any),
        }
    }

    fn logical_anything(&mut self, depth: u32) -> Expr {
        let operator = *self.random.pick(&[LogicalOperator::And, LogicalOperator::Or]);
        Expr::logical(self.anything(depth), operator, self.anything(depth))
    }

    fn conditional_anything(&mut self, depth: u32) -> Expr {
        let (value, otherwise) = (self.anything(depth), self.anything(depth));
        Expr::conditional(value, self.test(depth), otherwise)
    }

    fn called_anything(&mut self, depth: u32) -> Expr {
        match self.call(Kind::Any, depth) {
            Some(call) => call,
            None => self.anything_leaf(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::STRINGS;

    #[test]
    fn strings_need_no_escapes() {
        assert!(STRINGS.iter().all(|string| !string.contains(['"', '\\', '\n'])));
    }
}
