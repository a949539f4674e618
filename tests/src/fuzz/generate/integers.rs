//! Integer expressions. An operator whose result might not fit a word is given
//! smaller operands, by `%` or `&`, before it is written: that is what keeps
//! numbers from exploding.

use super::Generator;
use super::bounds::{Bounded, Reduction, result_bits};
use super::scope::{Kind, SMALL_BITS, WORD_BITS};
use crate::fuzz::tree::{BinaryOperator, Expr, LogicalOperator, UnaryOperator};

const REDUCTIONS: [Reduction; 4] = [
    (BinaryOperator::Remainder, 1_000_003),
    (BinaryOperator::Remainder, 997),
    (BinaryOperator::And, 65_535),
    (BinaryOperator::And, 1_023),
];

/// Integers at which something about a 63-bit word changes, or nearly.
const EDGES: [i64; 9] = [
    (1 << 31) - 1,
    1 << 31,
    1 << 32,
    (1 << 53) + 1,
    (1 << 61) - 1,
    1 << 61,
    (1 << 61) + 1,
    (1 << 62) - 2,
    (1 << 62) - 1,
];

/// More bits than this nothing gets, not even where overflow is wanted.
const MOST_BITS: u32 = 400;

type Shape = fn(&mut Generator, u32) -> Bounded;

/// The integer expressions that have operands, with their weights.
const SHAPES: [(u32, Shape); 12] = [
    (8, Generator::integer_leaf),
    (10, Generator::sum_or_product),
    (5, Generator::quotient),
    (2, Generator::power),
    (3, Generator::shift),
    (5, Generator::bitwise),
    (4, Generator::signed),
    (2, Generator::absolute),
    (2, Generator::extreme),
    (2, Generator::conditional_integer),
    (2, Generator::logical_integer),
    (6, Generator::called_integer),
];

impl Generator {
    /// An integer expression of at most that depth.
    pub(super) fn integer(&mut self, depth: u32) -> Bounded {
        if depth == 0 {
            return self.integer_leaf(0);
        }
        self.random.weighted(&SHAPES)(self, depth - 1)
    }

    /// An integer expression that fits a variable of kind `Small`.
    pub(super) fn small(&mut self, depth: u32) -> Expr {
        let reduction = self.reduction();
        self.integer(depth).reduced_to(SMALL_BITS, reduction).expr
    }

    /// An integer expression that fits a variable of kind `Wide`.
    pub(super) fn wide(&mut self, depth: u32) -> Expr {
        if self.random.one_in(3) {
            return self.edge().expr;
        }
        let reduction = self.reduction();
        self.integer(depth).reduced_to(WORD_BITS, reduction).expr
    }

    /// A small integer without operators: mostly very small, sometimes
    /// negative.
    pub(super) fn small_literal(&mut self) -> Bounded {
        let most = self.random.weighted(&[(8, 12), (3, 200), (1, 999_999)]);
        let least = if self.random.one_in(4) { -most } else { 0 };
        Bounded::literal(self.random.between(least..=most))
    }

    /// An integer near the edge of something.
    pub(super) fn edge(&mut self) -> Bounded {
        let edge = *self.random.pick(&EDGES);
        let negative = self.random.one_in(3);
        Bounded::literal(if negative { -edge } else { edge })
    }

    /// How an integer is made small this time.
    pub(super) fn reduction(&mut self) -> Reduction {
        *self.random.pick(&REDUCTIONS)
    }

    fn integer_leaf(&mut self, _: u32) -> Bounded {
        if self.random.one_in(if self.may_overflow { 3 } else { 20 }) {
            return self.edge();
        }
        if self.random.one_in(3) {
            return self.small_literal();
        }
        let Some(variable) = self.variable(|variable| variable.kind.is_integer()) else {
            return self.small_literal();
        };
        Bounded {
            expr: Expr::Name(variable.name),
            bits: variable.kind.bits().expect("chosen for being an integer"),
        }
    }

    /// An operand of an arithmetic operator: an integer, or sometimes a bool,
    /// which counts as 0 or 1. The other operand must then be an integer, so
    /// that the result is one.
    fn operand(&mut self, depth: u32) -> Bounded {
        if self.random.one_in(12) {
            let expr = self.boolean(depth);
            return Bounded { expr, bits: 1 };
        }
        self.integer(depth)
    }

    /// `left operator right` with a result that fits a word, unless overflow is
    /// wanted.
    fn arithmetic(&mut self, left: Bounded, operator: BinaryOperator, right: Bounded) -> Bounded {
        let bits = result_bits(&left, operator, &right);
        let overflows = self.may_overflow && bits <= MOST_BITS && !self.random.one_in(3);
        if bits <= WORD_BITS || overflows {
            return Bounded::binary(left, operator, right);
        }
        let left = left.reduced_to(SMALL_BITS, self.reduction());
        let right = right.reduced_to(SMALL_BITS, self.reduction());
        Bounded::binary(left, operator, right)
    }

    fn sum_or_product(&mut self, depth: u32) -> Bounded {
        use BinaryOperator::{Add, Multiply, Subtract};
        let operator = *self.random.pick(&[Add, Subtract, Multiply]);
        let (left, right) = (self.operand(depth), self.integer(depth));
        self.arithmetic(left, operator, right)
    }

    fn quotient(&mut self, depth: u32) -> Bounded {
        use BinaryOperator::{FloorDivide, Remainder};
        let operator = *self.random.pick(&[FloorDivide, Remainder]);
        let left = self.operand(depth);
        Bounded::binary(self.within_word(left), operator, self.divisor(depth))
    }

    /// An integer that is not 0.
    pub(super) fn divisor(&mut self, depth: u32) -> Bounded {
        use BinaryOperator::{Add, And, Remainder, Subtract};
        let one = || Bounded::literal(1);
        match self.random.count(0..=7) {
            0 => {
                let low_bits = Bounded::binary(self.integer(depth), And, Bounded::literal(7));
                Bounded::binary(low_bits, Add, one())
            }
            1 => {
                let rest = Bounded::binary(self.integer(depth), Remainder, Bounded::literal(-9));
                Bounded::binary(rest, Subtract, one())
            }
            2 => {
                let Bounded { expr, bits } = self.integer(depth);
                let expr = Expr::logical(expr, LogicalOperator::Or, Expr::Int(3));
                Bounded { expr, bits: bits.max(2) }
            }
            3 => Bounded::literal(-self.random.between(1..=20)),
            _ => Bounded::literal(self.random.between(1..=20)),
        }
    }

    fn power(&mut self, depth: u32) -> Bounded {
        let exponent = match self.random.one_in(2) {
            true => Bounded::literal(self.random.between(0..=3)),
            false => self.below_power_of_two(depth, 2),
        };
        let base = self.operand(depth);
        self.arithmetic(base, BinaryOperator::Power, exponent)
    }

    fn shift(&mut self, depth: u32) -> Bounded {
        use BinaryOperator::{ShiftLeft, ShiftRight};
        let left = self.operand(depth);
        if self.random.one_in(2) {
            let count = match self.random.one_in(2) {
                true => Bounded::literal(self.random.between(0..=15)),
                false => self.below_power_of_two(depth, 4),
            };
            return self.arithmetic(left, ShiftLeft, count);
        }
        // To the right, more places than a word has are no mistake.
        let count = match self.random.one_in(2) {
            true => Bounded::literal(self.random.between(0..=70)),
            false => self.below_power_of_two(depth, 7),
        };
        Bounded::binary(left, ShiftRight, count)
    }

    /// An integer from 0 up to, but not including, 2^bits.
    fn below_power_of_two(&mut self, depth: u32, bits: u32) -> Bounded {
        let end = 1 << bits;
        let reduction =
            *self.random.pick(&[(BinaryOperator::And, end - 1), (BinaryOperator::Remainder, end)]);
        let (operator, operand) = reduction;
        Bounded::binary(self.integer(depth), operator, Bounded::literal(operand))
    }

    fn bitwise(&mut self, depth: u32) -> Bounded {
        use BinaryOperator::{And, Or, Xor};
        let operator = *self.random.pick(&[And, Or, Xor]);
        // The result has no more bits than the operands, in two's complement.
        Bounded::binary(self.operand(depth), operator, self.integer(depth))
    }

    /// The integer, or its reduction if its negative might not fit a word,
    /// unless overflow is wanted.
    fn within_word(&mut self, integer: Bounded) -> Bounded {
        if self.may_overflow {
            return integer;
        }
        integer.reduced_to(WORD_BITS, self.reduction())
    }

    fn signed(&mut self, depth: u32) -> Bounded {
        use UnaryOperator::{Invert, Negate, Plus};
        let operator = *self.random.pick(&[Negate, Plus, Invert]);
        let integer = self.integer(depth);
        let Bounded { expr, bits } = self.within_word(integer);
        Bounded {
            expr: Expr::unary(operator, expr),
            // `~x` is `-x - 1`.
            bits: bits + u32::from(operator == Invert),
        }
    }

    fn absolute(&mut self, depth: u32) -> Bounded {
        let integer = self.integer(depth);
        let Bounded { expr, bits } = self.within_word(integer);
        let expr = Expr::call("abs", vec![expr]);
        Bounded { expr, bits }
    }

    fn extreme(&mut self, depth: u32) -> Bounded {
        let count = self.random.count(2..=3);
        let operands: Vec<Bounded> = (0..count).map(|_| self.integer(depth)).collect();
        let bits = operands.iter().map(|operand| operand.bits).max();
        let arguments = operands.into_iter().map(|operand| operand.expr).collect();
        let function = *self.random.pick(&["min", "max"]);
        Bounded {
            expr: Expr::call(function, arguments),
            bits: bits.expect("at least two operands"),
        }
    }

    fn conditional_integer(&mut self, depth: u32) -> Bounded {
        let (value, otherwise) = (self.integer(depth), self.integer(depth));
        Bounded {
            expr: Expr::conditional(value.expr, self.test(depth), otherwise.expr),
            bits: value.bits.max(otherwise.bits),
        }
    }

    fn logical_integer(&mut self, depth: u32) -> Bounded {
        let operator = *self.random.pick(&[LogicalOperator::And, LogicalOperator::Or]);
        let (left, right) = (self.integer(depth), self.integer(depth));
        Bounded {
            expr: Expr::logical(left.expr, operator, right.expr),
            bits: left.bits.max(right.bits),
        }
    }

    fn called_integer(&mut self, depth: u32) -> Bounded {
        match self.call(Kind::Small, depth) {
            Some(expr) => Bounded { expr, bits: SMALL_BITS },
            None => self.integer_leaf(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::generate::scope::{Scope, Variable};

    #[test]
    fn integers_fit_a_word_unless_overflow_is_wanted() {
        for seed in 0..1_000 {
            let mut generator = Generator::new(seed);
            generator.scope = Scope::new(0, None);
            generator.scope.variables.push(Variable::new("big", Kind::Wide));
            let integer = generator.integer(3);
            // A bound is not exact: `&`, `|`, `^` and `~` each add one to it.
            let most = if generator.may_overflow { MOST_BITS } else { WORD_BITS };
            assert!(integer.bits <= most + 3, "{} bits: {}", integer.bits, integer.expr);
        }
    }
}
