//! Expressions as Python source, with parentheses only where the grammar needs
//! them to keep the tree's shape.

use std::fmt::{Display, Formatter, Result};

use crate::fuzz::tree::{BinaryOperator, Comparison, Expr, LogicalOperator, UnaryOperator};

/// How tightly an expression holds together, loosest first: the rows of the
/// table "Operator precedence" in the Python reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Precedence {
    Conditional,
    Or,
    And,
    Not,
    Comparison,
    BitOr,
    BitXor,
    BitAnd,
    Shift,
    Sum,
    Product,
    Sign,
    Power,
    Atom,
}

impl Precedence {
    fn of(expr: &Expr) -> Precedence {
        match expr {
            Expr::Int(value) if *value < 0 => Precedence::Sign,
            Expr::Int(_) | Expr::Bool(_) | Expr::None | Expr::Str(_) => Precedence::Atom,
            Expr::Name(_) | Expr::Call { .. } => Precedence::Atom,
            Expr::Unary(UnaryOperator::Not, _) => Precedence::Not,
            Expr::Unary(..) => Precedence::Sign,
            Expr::Binary(_, operator, _) => Precedence::of_operator(*operator),
            Expr::Logical(_, LogicalOperator::And, _) => Precedence::And,
            Expr::Logical(_, LogicalOperator::Or, _) => Precedence::Or,
            Expr::Compare { .. } => Precedence::Comparison,
            Expr::Conditional { .. } => Precedence::Conditional,
        }
    }

    fn of_operator(operator: BinaryOperator) -> Precedence {
        use BinaryOperator as Op;
        match operator {
            Op::Or => Precedence::BitOr,
            Op::Xor => Precedence::BitXor,
            Op::And => Precedence::BitAnd,
            Op::ShiftLeft | Op::ShiftRight => Precedence::Shift,
            Op::Add | Op::Subtract => Precedence::Sum,
            Op::Multiply | Op::FloorDivide | Op::Remainder => Precedence::Product,
            Op::Power => Precedence::Power,
        }
    }
}

/// An expression inside another one, in parentheses unless it may stand bare.
pub(super) struct Operand<'a> {
    expr: &'a Expr,
    bare: bool,
}

fn at_least(expr: &Expr, context: Precedence) -> Operand<'_> {
    Operand { expr, bare: Precedence::of(expr) >= context }
}

pub(super) fn above(expr: &Expr, context: Precedence) -> Operand<'_> {
    Operand { expr, bare: Precedence::of(expr) > context }
}

impl Display for Operand<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        if self.bare { write!(out, "{}", self.expr) } else { write!(out, "({})", self.expr) }
    }
}

impl Display for Expr {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        let own = Precedence::of(self);
        match self {
            Expr::Int(value) => write!(out, "{value}"),
            Expr::Bool(true) => out.write_str("True"),
            Expr::Bool(false) => out.write_str("False"),
            Expr::None => out.write_str("None"),
            Expr::Str(text) => write!(out, "\"{text}\""),
            Expr::Name(name) => out.write_str(name),
            Expr::Unary(operator, operand) => write!(out, "{operator}{}", at_least(operand, own)),
            // `**` groups to the right, and binds its right operand less
            // tightly than a sign: `-a ** -b` is `-(a ** (-b))`.
            Expr::Binary(left, BinaryOperator::Power, right) => {
                let (left, right) = (above(left, own), at_least(right, Precedence::Sign));
                write!(out, "{left} ** {right}")
            }
            Expr::Binary(left, operator, right) => {
                write!(out, "{} {operator} {}", at_least(left, own), above(right, own))
            }
            Expr::Logical(left, operator, right) => {
                write!(out, "{} {operator} {}", at_least(left, own), above(right, own))
            }
            Expr::Compare { first, rest } => {
                write!(out, "{}", above(first, own))?;
                rest.iter().try_for_each(|(comparison, right)| {
                    write!(out, " {comparison} {}", above(right, own))
                })
            }
            Expr::Conditional { value, test, otherwise } => {
                let (value, test) = (above(value, own), above(test, own));
                write!(out, "{value} if {test} else {}", at_least(otherwise, own))
            }
            Expr::Call { function, arguments } => write!(out, "{function}({})", List(arguments)),
        }
    }
}

/// Expressions between commas.
pub(super) struct List<'a>(pub(super) &'a [Expr]);

impl Display for List<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        for (index, expr) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            write!(out, "{separator}{expr}")?;
        }
        Ok(())
    }
}

impl Display for UnaryOperator {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        out.write_str(match self {
            UnaryOperator::Negate => "-",
            UnaryOperator::Plus => "+",
            UnaryOperator::Invert => "~",
            UnaryOperator::Not => "not ",
        })
    }
}

impl Display for BinaryOperator {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        out.write_str(match self {
            BinaryOperator::Add => "+",
            BinaryOperator::Subtract => "-",
            BinaryOperator::Multiply => "*",
            BinaryOperator::FloorDivide => "//",
            BinaryOperator::Remainder => "%",
            BinaryOperator::Power => "**",
            BinaryOperator::ShiftLeft => "<<",
            BinaryOperator::ShiftRight => ">>",
            BinaryOperator::And => "&",
            BinaryOperator::Or => "|",
            BinaryOperator::Xor => "^",
        })
    }
}

impl Display for LogicalOperator {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        out.write_str(match self {
            LogicalOperator::And => "and",
            LogicalOperator::Or => "or",
        })
    }
}

impl Display for Comparison {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        out.write_str(match self {
            Comparison::Less => "<",
            Comparison::LessOrEqual => "<=",
            Comparison::Greater => ">",
            Comparison::GreaterOrEqual => ">=",
            Comparison::Equal => "==",
            Comparison::NotEqual => "!=",
            Comparison::Is => "is",
            Comparison::IsNot => "is not",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(name: &str) -> Expr {
        Expr::name(name)
    }

    fn binary(left: Expr, operator: BinaryOperator, right: Expr) -> Expr {
        Expr::binary(left, operator, right)
    }

    #[test]
    fn operators_of_one_row_group_to_the_left() {
        use BinaryOperator::{Add, Multiply, Subtract};
        let difference = || binary(name("a"), Subtract, name("b"));
        assert_eq!(binary(difference(), Add, name("c")).to_string(), "a - b + c");
        assert_eq!(binary(name("c"), Add, difference()).to_string(), "c + (a - b)");
        assert_eq!(binary(difference(), Multiply, name("c")).to_string(), "(a - b) * c");
    }

    #[test]
    fn powers_group_to_the_right_and_bind_tighter_than_a_sign_before_them() {
        use BinaryOperator::Power;
        let power = || binary(name("a"), Power, name("b"));
        let negative = |expr| Expr::unary(UnaryOperator::Negate, expr);
        assert_eq!(binary(power(), Power, name("c")).to_string(), "(a ** b) ** c");
        assert_eq!(binary(name("c"), Power, power()).to_string(), "c ** a ** b");
        assert_eq!(negative(power()).to_string(), "-a ** b");
        let negative_base = binary(negative(name("a")), Power, negative(name("b")));
        assert_eq!(negative_base.to_string(), "(-a) ** -b");
        assert_eq!(binary(Expr::Int(-2), Power, Expr::Int(-2)).to_string(), "(-2) ** -2");
    }

    #[test]
    fn tests_bind_looser_than_arithmetic() {
        let less = || Expr::compare(name("a"), Comparison::Less, name("b"));
        let not = |expr| Expr::unary(UnaryOperator::Not, expr);
        assert_eq!(not(less()).to_string(), "not a < b");
        let of_not = Expr::compare(not(name("a")), Comparison::Equal, not(name("b")));
        assert_eq!(of_not.to_string(), "(not a) == (not b)");
        let of_tests = Expr::compare(less(), Comparison::Is, Expr::Bool(true));
        assert_eq!(of_tests.to_string(), "(a < b) is True");
        assert_eq!(binary(less(), BinaryOperator::Or, name("c")).to_string(), "(a < b) | c");
        let masked = binary(name("a"), BinaryOperator::And, name("b"));
        let chain = Expr::Compare {
            first: Box::new(Expr::Int(-1)),
            rest: vec![(Comparison::Less, masked), (Comparison::IsNot, Expr::None)],
        };
        assert_eq!(chain.to_string(), "-1 < a & b is not None");
    }

    #[test]
    fn and_binds_tighter_than_or_and_both_than_a_condition() {
        use LogicalOperator::{And, Or};
        let or = || Expr::logical(name("a"), Or, name("b"));
        assert_eq!(Expr::logical(or(), And, name("c")).to_string(), "(a or b) and c");
        assert_eq!(Expr::logical(or(), Or, name("c")).to_string(), "a or b or c");
        assert_eq!(Expr::logical(name("c"), Or, or()).to_string(), "c or (a or b)");
        let condition = || Expr::conditional(or(), name("t"), name("e"));
        assert_eq!(condition().to_string(), "a or b if t else e");
        let nested = Expr::conditional(condition(), condition(), condition());
        let expected = "(a or b if t else e) if (a or b if t else e) else a or b if t else e";
        assert_eq!(nested.to_string(), expected);
        assert_eq!(
            Expr::call("f", vec![condition(), or()]).to_string(),
            "f(a or b if t else e, a or b)"
        );
    }

    #[test]
    fn strings_stand_between_double_quotes() {
        assert_eq!(Expr::Str("it's".to_owned()).to_string(), "\"it's\"");
    }
}
