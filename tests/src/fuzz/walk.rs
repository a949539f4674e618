//! Walks over a tree in the order in which it is printed. The three methods
//! that say what hangs below a node are the only ones that know every kind of
//! node; the shrinker's edits and the tests that count constructs rest on them.

use super::tree::{Block, Expr, LoopTest, Program, Stmt, While};

impl Program {
    /// Visits every block, an outer one before those inside it. Blocks that
    /// `visit` puts in place are visited, too.
    pub(super) fn each_block(&mut self, visit: &mut dyn FnMut(&mut Block)) {
        for function in &mut self.functions {
            each_block_in(&mut function.body, visit);
        }
        self.each_block_of_the_module(visit);
    }

    /// The same for the blocks that lie in no function.
    pub(super) fn each_block_of_the_module(&mut self, visit: &mut dyn FnMut(&mut Block)) {
        each_block_in(&mut self.body, visit);
    }

    /// Visits every expression, an outer one before its operands. Operands that
    /// `visit` puts in place are visited, too.
    pub(super) fn each_expression(&mut self, visit: &mut dyn FnMut(&mut Expr)) {
        self.each_block(&mut |block| {
            for expr in block.iter_mut().flat_map(Stmt::expressions) {
                each_expression_in(expr, visit);
            }
        });
    }
}

fn each_block_in(block: &mut Block, visit: &mut dyn FnMut(&mut Block)) {
    visit(block);
    for inner in block.iter_mut().flat_map(Stmt::blocks) {
        each_block_in(inner, visit);
    }
}

fn each_expression_in(expr: &mut Expr, visit: &mut dyn FnMut(&mut Expr)) {
    visit(expr);
    for operand in expr.operands() {
        each_expression_in(operand, visit);
    }
}

impl Stmt {
    /// The blocks of a compound statement, the one of `else` last, even if it
    /// is empty.
    pub(super) fn blocks(&mut self) -> Vec<&mut Block> {
        match self {
            Stmt::If { branches, otherwise } => {
                let bodies = branches.iter_mut().map(|(_, body)| body);
                bodies.chain([otherwise]).collect()
            }
            Stmt::While(While { body, otherwise, .. }) | Stmt::For { body, otherwise, .. } => {
                vec![body, otherwise]
            }
            _ => Vec::new(),
        }
    }

    /// The statement's own expressions, without those in its blocks.
    pub(super) fn expressions(&mut self) -> Vec<&mut Expr> {
        match self {
            Stmt::Expr(value) | Stmt::Return(Some(value)) => vec![value],
            Stmt::Assign { value, .. } | Stmt::Augment { value, .. } => vec![value],
            Stmt::Unpack { values, .. } => values.iter_mut().collect(),
            Stmt::If { branches, .. } => branches.iter_mut().map(|(test, _)| test).collect(),
            Stmt::While(While { test: LoopTest::UpAnd(test), .. }) => vec![test],
            Stmt::For { range, .. } => range.iter_mut().collect(),
            Stmt::While(_) | Stmt::Return(None) | Stmt::Global(_) => Vec::new(),
            Stmt::Break | Stmt::Continue | Stmt::Pass => Vec::new(),
        }
    }
}

impl Expr {
    /// The expressions just below this one, from left to right.
    pub(super) fn operands(&mut self) -> Vec<&mut Expr> {
        match self {
            Expr::Int(_) | Expr::Bool(_) | Expr::None | Expr::Str(_) | Expr::Name(_) => Vec::new(),
            Expr::Unary(_, operand) => vec![operand],
            Expr::Binary(left, _, right) | Expr::Logical(left, _, right) => vec![left, right],
            Expr::Compare { first, rest } => {
                let others = rest.iter_mut().map(|(_, operand)| operand);
                std::iter::once(&mut **first).chain(others).collect()
            }
            Expr::Conditional { value, test, otherwise } => vec![value, test, otherwise],
            Expr::Call { arguments, .. } => arguments.iter_mut().collect(),
        }
    }
}
