//! Expressions. Each leaves one value on the operand stack.

use ruff_python_ast::{
    BoolOp, CmpOp, Expr, ExprBoolOp, ExprCall, ExprCompare, ExprIf, ExprNumberLiteral,
    ExprStringLiteral, ExprUnaryOp, Number, Operator, UnaryOp,
};
use ruff_text_size::{Ranged, TextRange};

use super::assembler::Label;
use super::unit::Unit;
use super::unsupported::{unsupported, unsupported_expression};
use crate::error::{Chapter, SourceError};
use crate::opcode::{BinaryOperator, Comparison, Opcode};
use crate::value::Value;

type Result<T = ()> = std::result::Result<T, SourceError>;

/// The number of the intrinsic function for unary plus, in CPython's
/// `Include/internal/pycore_intrinsics.h`.
const INTRINSIC_UNARY_POSITIVE: u32 = 5;

impl Unit<'_> {
    pub(super) fn expression(&mut self, expression: &Expr) -> Result {
        self.set_line(expression.range());
        match expression {
            Expr::BoolOp(operation) => self.short_circuit(operation),
            // ANCHOR: binary
            Expr::BinOp(operation) => {
                let operator = binary_operator(operation.op, operation.range)?;
                self.expression(&operation.left)?;
                self.expression(&operation.right)?;
                self.set_line(operation.range);
                self.emit(Opcode::BinaryOp, operator as u32);
                Ok(())
            }
            // ANCHOR_END: binary
            Expr::UnaryOp(operation) => self.unary_operation(operation),
            Expr::If(conditional) => self.conditional(conditional),
            Expr::Compare(comparison) => self.comparison(comparison),
            Expr::Call(call) => self.call(call),
            Expr::Name(name) => {
                self.load(&name.id);
                Ok(())
            }
            Expr::StringLiteral(literal) => {
                if self.has_lone_surrogate(literal) {
                    let construct = "a lone surrogate in a string";
                    return Err(unsupported(construct, literal.range, Chapter::None));
                }
                let string = self.program.string(literal.value.to_str());
                self.load_constant(Value::str(string));
                Ok(())
            }
            Expr::NumberLiteral(literal) => self.number(literal),
            Expr::BooleanLiteral(literal) => {
                self.load_constant(Value::bool(literal.value));
                Ok(())
            }
            Expr::NoneLiteral(_) => {
                self.load_constant(Value::NONE);
                Ok(())
            }
            _ => Err(unsupported_expression(expression)),
        }
    }

    /// Whether an escape stands for half of a pair of surrogates, which UTF-8
    /// does not have; the parser replaces it by U+FFFD.
    fn has_lone_surrogate(&self, literal: &ExprStringLiteral) -> bool {
        let is_surrogate = |escape: &str, digits: std::ops::Range<usize>| {
            let number = escape.get(digits).and_then(|digits| u32::from_str_radix(digits, 16).ok());
            number.is_some_and(|number| (0xd800..0xe000).contains(&number))
        };
        let source = &self.source.text()[literal.range];
        literal.value.to_str().contains('\u{fffd}')
            && source.split('\\').skip(1).any(|escape| match escape.as_bytes().first() {
                Some(b'u') => is_surrogate(escape, 1..5),
                Some(b'U') => is_surrogate(escape, 1..9),
                _ => false,
            })
    }

    fn number(&mut self, literal: &ExprNumberLiteral) -> Result {
        let number = match &literal.value {
            Number::Int(number) => number,
            Number::Float(_) => return Err(unsupported("a float", literal.range, Chapter::Floats)),
            Number::Complex { .. } => {
                return Err(unsupported("a complex number", literal.range, Chapter::None));
            }
        };
        let value = number.as_i64().and_then(Value::int);
        let value = value.ok_or_else(|| {
            unsupported("an integer of more than 63 bits", literal.range, Chapter::Heap)
        })?;
        self.load_constant(value);
        Ok(())
    }

    fn unary_operation(&mut self, operation: &ExprUnaryOp) -> Result {
        if is_least_integer(operation) {
            let least = Value::int(Value::MIN_INT).expect("the least integer is one");
            self.load_constant(least);
            return Ok(());
        }
        self.expression(&operation.operand)?;
        self.set_line(operation.range);
        match operation.op {
            UnaryOp::Invert => self.emit(Opcode::UnaryInvert, 0),
            UnaryOp::USub => self.emit(Opcode::UnaryNegative, 0),
            UnaryOp::UAdd => self.emit(Opcode::CallIntrinsic1, INTRINSIC_UNARY_POSITIVE),
            UnaryOp::Not => {
                self.emit_to_bool(&operation.operand);
                self.emit(Opcode::UnaryNot, 0);
            }
        }
        Ok(())
    }

    /// Converts the value of `expression`, unless it is always a bool.
    fn emit_to_bool(&mut self, expression: &Expr) {
        let is_bool = match expression {
            Expr::Compare(_) | Expr::BooleanLiteral(_) => true,
            Expr::UnaryOp(operation) => operation.op == UnaryOp::Not,
            _ => false,
        };
        if !is_bool {
            self.emit(Opcode::ToBool, 0);
        }
    }

    /// `a and b`, `a or b`: the first value that decides.
    fn short_circuit(&mut self, operation: &ExprBoolOp) -> Result {
        let jump = match operation.op {
            BoolOp::And => Opcode::PopJumpIfFalse,
            BoolOp::Or => Opcode::PopJumpIfTrue,
        };
        let end = self.assembler.new_label();
        let (last, others) = operation.values.split_last().expect("two operands at least");
        for value in others {
            self.expression(value)?;
            self.emit(Opcode::Copy, 1);
            self.emit_to_bool(value);
            self.assembler.emit_jump(jump, end);
            self.emit(Opcode::PopTop, 0);
        }
        self.expression(last)?;
        self.assembler.place(end);
        Ok(())
    }

    fn conditional(&mut self, conditional: &ExprIf) -> Result {
        let (otherwise, end) = (self.assembler.new_label(), self.assembler.new_label());
        self.jump_if(&conditional.test, false, otherwise)?;
        self.expression(&conditional.body)?;
        self.assembler.emit_jump(Opcode::JumpForward, end);
        self.assembler.place(otherwise);
        self.expression(&conditional.orelse)?;
        self.assembler.place(end);
        Ok(())
    }

    /// `a < b < c`: each operand is evaluated once, and only as far as needed.
    fn comparison(&mut self, comparison: &ExprCompare) -> Result {
        let (last, others) = self.comparison_operands(comparison)?;
        if others.is_empty() {
            return self.compare(last.0, last.1, comparison.range);
        }
        let (is_false, end) = (self.assembler.new_label(), self.assembler.new_label());
        for (operator, operand) in others {
            self.compare_keeping(operator, operand, comparison.range)?;
            self.emit(Opcode::Copy, 1);
            self.assembler.emit_jump(Opcode::PopJumpIfFalse, is_false);
            self.emit(Opcode::PopTop, 0);
        }
        self.compare(last.0, last.1, comparison.range)?;
        self.assembler.emit_jump(Opcode::JumpForward, end);
        self.assembler.place(is_false);
        self.emit(Opcode::Swap, 2);
        self.emit(Opcode::PopTop, 0);
        self.assembler.place(end);
        Ok(())
    }

    /// Pushes the first operand; returns the last comparison and those before it.
    #[expect(clippy::type_complexity, reason = "a name for it would say less")]
    fn comparison_operands<'e>(
        &mut self,
        comparison: &'e ExprCompare,
    ) -> Result<((CmpOp, &'e Expr), Vec<(CmpOp, &'e Expr)>)> {
        self.expression(&comparison.left)?;
        let mut pairs: Vec<_> =
            comparison.ops.iter().copied().zip(&comparison.comparators).collect();
        let last = pairs.pop().expect("a comparison has an operator");
        Ok((last, pairs))
    }

    /// Replaces the top by how it compares with `operand`.
    fn compare(&mut self, operator: CmpOp, operand: &Expr, place: TextRange) -> Result {
        self.expression(operand)?;
        self.set_line(place);
        self.emit_comparison(operator, place)
    }

    /// As [`compare`](Self::compare), and leaves the operand below the result.
    fn compare_keeping(&mut self, operator: CmpOp, operand: &Expr, place: TextRange) -> Result {
        self.expression(operand)?;
        self.set_line(place);
        self.emit(Opcode::Swap, 2);
        self.emit(Opcode::Copy, 2);
        self.emit_comparison(operator, place)
    }

    fn emit_comparison(&mut self, operator: CmpOp, place: TextRange) -> Result {
        let comparison = match operator {
            CmpOp::Lt => Comparison::Less,
            CmpOp::LtE => Comparison::LessEqual,
            CmpOp::Eq => Comparison::Equal,
            CmpOp::NotEq => Comparison::NotEqual,
            CmpOp::Gt => Comparison::Greater,
            CmpOp::GtE => Comparison::GreaterEqual,
            CmpOp::Is => {
                self.emit(Opcode::IsOp, 0);
                return Ok(());
            }
            CmpOp::IsNot => {
                self.emit(Opcode::IsOp, 1);
                return Ok(());
            }
            CmpOp::In | CmpOp::NotIn => {
                return Err(unsupported("a membership test", place, Chapter::Heap));
            }
        };
        self.emit(Opcode::CompareOp, comparison as u32);
        Ok(())
    }

    /// Jumps to `target` if the truth of `test` is `when`, and leaves nothing on the stack.
    pub(super) fn jump_if(&mut self, test: &Expr, when: bool, target: Label) -> Result {
        match test {
            Expr::UnaryOp(operation) if operation.op == UnaryOp::Not => {
                self.jump_if(&operation.operand, !when, target)
            }
            Expr::BoolOp(operation) => self.jump_if_logical(operation, when, target),
            Expr::Compare(comparison) if comparison.ops.len() > 1 => {
                self.jump_if_chain(comparison, when, target)
            }
            _ => {
                self.expression(test)?;
                self.emit_to_bool(test);
                self.assembler.emit_jump(pop_jump_if(when), target);
                Ok(())
            }
        }
    }

    fn jump_if_logical(&mut self, operation: &ExprBoolOp, when: bool, target: Label) -> Result {
        // `a or b` is true, and `a and b` false, as soon as one operand is.
        let deciding = operation.op == BoolOp::Or;
        let end = self.assembler.new_label();
        let early = if deciding == when { target } else { end };
        let (last, others) = operation.values.split_last().expect("two operands at least");
        for value in others {
            self.jump_if(value, deciding, early)?;
        }
        self.jump_if(last, when, target)?;
        self.assembler.place(end);
        Ok(())
    }

    fn jump_if_chain(&mut self, comparison: &ExprCompare, when: bool, target: Label) -> Result {
        self.set_line(comparison.range);
        let (last, others) = self.comparison_operands(comparison)?;
        let (is_false, end) = (self.assembler.new_label(), self.assembler.new_label());
        for (operator, operand) in others {
            self.compare_keeping(operator, operand, comparison.range)?;
            self.assembler.emit_jump(Opcode::PopJumpIfFalse, is_false);
        }
        self.compare(last.0, last.1, comparison.range)?;
        self.assembler.emit_jump(pop_jump_if(when), target);
        self.assembler.emit_jump(Opcode::JumpForward, end);
        self.assembler.place(is_false);
        self.emit(Opcode::PopTop, 0);
        if !when {
            self.assembler.emit_jump(Opcode::JumpForward, target);
        }
        self.assembler.place(end);
        Ok(())
    }

    // ANCHOR: call
    /// The callable, NULL, the arguments, `CALL`.
    fn call(&mut self, call: &ExprCall) -> Result {
        let arguments = self.positional_arguments(call)?;
        self.expression(&call.func)?;
        self.emit(Opcode::PushNull, 0);
        for argument in arguments {
            self.expression(argument)?;
        }
        self.set_line(call.range());
        self.emit(Opcode::Call, arguments.len() as u32);
        Ok(())
    }
    // ANCHOR_END: call

    pub(super) fn positional_arguments<'e>(&self, call: &'e ExprCall) -> Result<&'e [Expr]> {
        if let Some(keyword) = call.arguments.keywords.first() {
            return Err(unsupported("a keyword argument", keyword.range(), Chapter::Heap));
        }
        match call.arguments.args.iter().find(|argument| argument.is_starred_expr()) {
            Some(starred) => {
                Err(unsupported("an argument with a star", starred.range(), Chapter::Heap))
            }
            None => Ok(&call.arguments.args),
        }
    }
}

fn pop_jump_if(when: bool) -> Opcode {
    if when { Opcode::PopJumpIfTrue } else { Opcode::PopJumpIfFalse }
}

/// Whether this is `-4611686018427387904`, whose digits alone are out of range.
fn is_least_integer(operation: &ExprUnaryOp) -> bool {
    let number = match (&operation.op, &*operation.operand) {
        (UnaryOp::USub, Expr::NumberLiteral(ExprNumberLiteral { value: Number::Int(n), .. })) => n,
        _ => return false,
    };
    number.as_i64() == Some(-Value::MIN_INT)
}

/// The operator of `BINARY_OP` that an operator in the source stands for.
pub(super) fn binary_operator(operator: Operator, place: TextRange) -> Result<BinaryOperator> {
    Ok(match operator {
        Operator::Add => BinaryOperator::Add,
        Operator::Sub => BinaryOperator::Subtract,
        Operator::Mult => BinaryOperator::Multiply,
        Operator::FloorDiv => BinaryOperator::FloorDivide,
        Operator::Mod => BinaryOperator::Remainder,
        Operator::Pow => BinaryOperator::Power,
        Operator::LShift => BinaryOperator::LeftShift,
        Operator::RShift => BinaryOperator::RightShift,
        Operator::BitOr => BinaryOperator::Or,
        Operator::BitXor => BinaryOperator::Xor,
        Operator::BitAnd => BinaryOperator::And,
        Operator::Div => return Err(unsupported("the quotient `/`", place, Chapter::Floats)),
        Operator::MatMult => return Err(unsupported("the operator `@`", place, Chapter::None)),
    })
}
