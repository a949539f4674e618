//! Statements.

use ruff_python_ast::{
    Expr, ExprTuple, Stmt, StmtAssign, StmtAugAssign, StmtFor, StmtFunctionDef, StmtIf, StmtReturn,
    StmtWhile,
};
use ruff_text_size::Ranged;

use super::expression::binary_operator;
use super::unit::Unit;
use super::unsupported::{unsupported, unsupported_expression, unsupported_statement};
use crate::error::{Chapter, SourceError};
use crate::opcode::{BinaryOperator, Opcode};
use crate::value::Value;

type Result<T = ()> = std::result::Result<T, SourceError>;

impl Unit<'_> {
    pub(super) fn statements(&mut self, body: &[Stmt]) -> Result {
        body.iter().try_for_each(|statement| self.statement(statement))
    }

    fn statement(&mut self, statement: &Stmt) -> Result {
        self.set_line(statement.range());
        match statement {
            Stmt::FunctionDef(function) => self.function_definition(function),
            Stmt::Return(r#return) => self.return_statement(r#return),
            Stmt::Assign(assignment) => self.assignment(assignment),
            Stmt::AugAssign(assignment) => self.augmented_assignment(assignment),
            Stmt::For(r#loop) => self.for_loop(r#loop),
            Stmt::While(r#loop) => self.while_loop(r#loop),
            Stmt::If(branch) => self.if_statement(branch),
            Stmt::Expr(statement) => self.expression_statement(&statement.value),
            Stmt::Break(_) => {
                let label = self.innermost_loop().on_break;
                self.assembler.emit_jump(Opcode::JumpForward, label);
                Ok(())
            }
            Stmt::Continue(_) => {
                let label = self.innermost_loop().on_continue;
                self.assembler.emit_jump(Opcode::JumpBackward, label);
                Ok(())
            }
            Stmt::Global(_) | Stmt::Pass(_) => Ok(()),
            _ => Err(unsupported_statement(statement)),
        }
    }

    fn innermost_loop(&self) -> &super::unit::Loop {
        self.loops.last().expect("break and continue outside a loop were refused")
    }

    /// `def`: a code object of its own, and here the making of a function.
    fn function_definition(&mut self, function: &StmtFunctionDef) -> Result {
        self.check_signature(function)?;
        let code = Unit::function(self.source, self.program, function).compile()?;
        self.load_constant(Value::code(code));
        self.emit(Opcode::MakeFunction, 0);
        self.store(&function.name);
        Ok(())
    }

    fn check_signature(&self, function: &StmtFunctionDef) -> Result {
        let parameters = &function.parameters;
        if !self.is_module {
            return Err(unsupported(
                "a function inside a function",
                function.name.range(),
                Chapter::Heap,
            ));
        }
        if function.is_async {
            return Err(unsupported("an `async` function", function.name.range(), Chapter::None));
        }
        if let Some(decorator) = function.decorator_list.first() {
            return Err(unsupported("a decorator", decorator.range(), Chapter::Heap));
        }
        if let Some(parameters) = &function.type_params {
            return Err(unsupported("a type parameter", parameters.range(), Chapter::None));
        }
        if let Some(annotation) = &function.returns {
            return Err(unsupported("an annotation", annotation.range(), Chapter::None));
        }
        if let Some(parameter) = parameters.vararg.as_ref().or(parameters.kwarg.as_ref()) {
            return Err(unsupported("a parameter with a star", parameter.range(), Chapter::Heap));
        }
        if let Some(parameter) = parameters.kwonlyargs.first() {
            return Err(unsupported("a keyword-only parameter", parameter.range(), Chapter::Heap));
        }
        for parameter in parameters.iter_non_variadic_params() {
            if let Some(default) = parameter.default() {
                return Err(unsupported("a default value", default.range(), Chapter::Heap));
            }
            if let Some(annotation) = parameter.annotation() {
                return Err(unsupported("an annotation", annotation.range(), Chapter::None));
            }
        }
        Ok(())
    }

    fn return_statement(&mut self, statement: &StmtReturn) -> Result {
        match statement.value.as_deref() {
            None | Some(Expr::NoneLiteral(_)) => {
                let none = self.constant(Value::NONE);
                self.emit(Opcode::ReturnConst, none);
            }
            Some(value) => {
                self.expression(value)?;
                self.set_line(statement.range());
                self.emit(Opcode::ReturnValue, 0);
            }
        }
        Ok(())
    }

    fn expression_statement(&mut self, value: &Expr) -> Result {
        // A constant on its own (a docstring, `...`) does nothing.
        let is_constant = value.is_literal_expr() && !value.is_number_literal_expr();
        if is_constant && !value.is_bytes_literal_expr() {
            return Ok(());
        }
        self.expression(value)?;
        self.emit(Opcode::PopTop, 0);
        Ok(())
    }

    /// `a = b = value`, each target a name or a tuple of names.
    fn assignment(&mut self, assignment: &StmtAssign) -> Result {
        let tuple = assignment.targets.iter().find_map(Expr::as_tuple_expr);
        let width = match tuple {
            Some(target) => self.tuple_values(&assignment.value, target)?,
            None => {
                self.expression(&assignment.value)?;
                1
            }
        };
        self.set_line(assignment.range());
        let (last, others) = assignment.targets.split_last().expect("an assignment has a target");
        for target in others {
            for _ in 0..width {
                self.emit(Opcode::Copy, width);
            }
            self.store_target(target, width)?;
        }
        self.store_target(last, width)
    }

    /// Pushes the values of a tuple that is assigned to the names of another.
    fn tuple_values(&mut self, value: &Expr, target: &ExprTuple) -> Result<u32> {
        let Expr::Tuple(values) = value else {
            return Err(unsupported("taking a value apart", target.range(), Chapter::Heap));
        };
        for value in &values.elts {
            self.expression(value)?;
        }
        Ok(values.elts.len() as u32)
    }

    /// Binds `target` to the `width` topmost values and removes them.
    fn store_target(&mut self, target: &Expr, width: u32) -> Result {
        match target {
            Expr::Name(name) if width == 1 => self.store(&name.id),
            Expr::Tuple(names) if names.elts.len() as u32 == width => self.store_names(names)?,
            Expr::Tuple(names) => {
                let construct =
                    format!("an assignment of {width} values to {} names", names.elts.len());
                return Err(unsupported(construct, names.range(), Chapter::Heap));
            }
            Expr::Name(name) => {
                return Err(unsupported("a name for a tuple", name.range(), Chapter::Heap));
            }
            _ => return Err(unsupported_expression(target)),
        }
        Ok(())
    }

    /// The last value is on top, so the names are bound from the right. Where a
    /// name occurs twice, its rightmost place counts.
    fn store_names(&mut self, names: &ExprTuple) -> Result {
        let mut stored = std::collections::HashSet::new();
        for target in names.elts.iter().rev() {
            let Expr::Name(name) = target else { return Err(unsupported_expression(target)) };
            match stored.insert(&name.id) {
                true => self.store(&name.id),
                false => self.emit(Opcode::PopTop, 0),
            }
        }
        Ok(())
    }

    fn augmented_assignment(&mut self, assignment: &StmtAugAssign) -> Result {
        let Expr::Name(name) = &*assignment.target else {
            return Err(unsupported_expression(&assignment.target));
        };
        let operator = binary_operator(assignment.op, assignment.range())?;
        self.load(&name.id);
        self.expression(&assignment.value)?;
        self.set_line(assignment.range());
        self.emit(Opcode::BinaryOp, operator as u32 + BinaryOperator::IN_PLACE);
        self.store(&name.id);
        Ok(())
    }

    fn if_statement(&mut self, branch: &StmtIf) -> Result {
        let end = self.assembler.new_label();
        let mut next = self.assembler.new_label();
        self.jump_if(&branch.test, false, next)?;
        self.statements(&branch.body)?;
        for clause in &branch.elif_else_clauses {
            self.set_line(clause.range());
            self.assembler.emit_jump(Opcode::JumpForward, end);
            self.assembler.place(next);
            next = self.assembler.new_label();
            if let Some(test) = &clause.test {
                self.jump_if(test, false, next)?;
            }
            self.statements(&clause.body)?;
        }
        self.assembler.place(next);
        self.assembler.place(end);
        Ok(())
    }

    // ANCHOR: while_loop
    fn while_loop(&mut self, statement: &StmtWhile) -> Result {
        let (start, end) = self.open_loop(statement.range())?;
        let otherwise = self.assembler.new_label();
        self.assembler.place(start);
        self.jump_if(&statement.test, false, otherwise)?;
        self.statements(&statement.body)?;
        self.set_line(statement.range());
        self.assembler.emit_jump(Opcode::JumpBackward, start);
        self.assembler.place(otherwise);
        self.loops.pop();
        self.statements(&statement.orelse)?;
        self.assembler.place(end);
        Ok(())
    }
    // ANCHOR_END: while_loop

    fn for_loop(&mut self, statement: &StmtFor) -> Result {
        if statement.is_async {
            return Err(unsupported("an `async` loop", statement.target.range(), Chapter::None));
        }
        let Expr::Name(variable) = &*statement.target else {
            return Err(unsupported_expression(&statement.target));
        };
        let arguments = self.range_arguments(&statement.iter)?;
        let (start, end) = self.open_loop(statement.range())?;
        arguments.iter().try_for_each(|argument| self.expression(argument))?;

        let slot = self.open_for_loop()?;
        self.set_line(statement.iter.range());
        self.assembler.emit_with_slot(Opcode::GetIter, slot, arguments.len() as u32);
        let otherwise = self.assembler.new_label();
        self.assembler.place(start);
        self.assembler.emit_for_iter(slot, otherwise);
        self.store(&variable.id);
        self.statements(&statement.body)?;
        self.set_line(statement.range());
        self.assembler.emit_jump(Opcode::JumpBackward, start);
        self.close_for_loop();

        self.assembler.place(otherwise);
        self.loops.pop();
        self.statements(&statement.orelse)?;
        self.assembler.place(end);
        Ok(())
    }

    /// The arguments of the `range(…)` that a loop runs over.
    fn range_arguments<'e>(&self, iterable: &'e Expr) -> Result<&'e [Expr]> {
        let call = iterable.as_call_expr().filter(|call| {
            call.func.as_name_expr().is_some_and(|name| name.id.as_str() == "range")
        });
        let Some(call) = call else {
            return Err(unsupported(
                "a loop over anything but a range",
                iterable.range(),
                Chapter::Heap,
            ));
        };
        if self.program.rebinds_range || self.scope.locals.contains("range") {
            let construct = "a loop over a `range` that the program defines itself";
            return Err(unsupported(construct, call.range(), Chapter::Heap));
        }
        self.positional_arguments(call)
    }
}
