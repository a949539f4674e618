//! Which variables a function has of its own: its parameters and every name it
//! binds and does not declare `global` (CPython's `Python/symtable.c`).

use std::collections::HashSet;

use indexmap::IndexSet;
use ruff_python_ast::statement_visitor::{StatementVisitor, walk_stmt as walk_statement};
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, Stmt, StmtFunctionDef};

/// Where a name leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Variable {
    /// A local variable, by frame slot.
    Local(u32),
    /// A variable of the module or a built-in.
    Module,
}

/// The names of one code object.
#[derive(Default)]
pub(super) struct Scope {
    /// Local variables by frame slot, parameters first. The module has none.
    pub(super) locals: IndexSet<String>,
    pub(super) parameters: u32,
}

impl Scope {
    pub(super) fn function(function: &StmtFunctionDef) -> Scope {
        let parameters = function.parameters.iter_non_variadic_params();
        let mut locals: IndexSet<String> = parameters.map(|p| p.name().to_string()).collect();
        let parameters = locals.len() as u32;
        let names = Names::of(&function.body);
        locals.extend(names.bound.into_iter().filter(|name| !names.global.contains(name)));
        Scope { locals, parameters }
    }

    pub(super) fn resolve(&self, name: &str) -> Variable {
        match self.locals.get_index_of(name) {
            Some(slot) => Variable::Local(slot as u32),
            None => Variable::Module,
        }
    }
}

/// The names that a module binds, in the order in which it mentions them.
pub(super) fn module_variables(body: &[Stmt]) -> IndexSet<String> {
    Names::of(body).bound
}

/// Whether a function in this body declares `name` global.
pub(super) fn is_global_in_a_function(name: &str, body: &[Stmt]) -> bool {
    let mut search = GlobalSearch { name, found: false };
    search.visit_body(body);
    search.found
}

struct GlobalSearch<'n> {
    name: &'n str,
    found: bool,
}

impl<'a> StatementVisitor<'a> for GlobalSearch<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if let Stmt::Global(global) = statement {
            self.found |= global.names.iter().any(|name| name.as_str() == self.name);
        }
        walk_statement(self, statement);
    }
}

/// What a body binds and declares, functions inside it left out.
#[derive(Default)]
struct Names {
    bound: IndexSet<String>,
    global: HashSet<String>,
}

impl Names {
    fn of(body: &[Stmt]) -> Names {
        let mut names = Names::default();
        names.visit_body(body);
        names
    }
}

impl<'a> Visitor<'a> for Names {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => {
                self.bound.insert(function.name.to_string());
            }
            Stmt::Global(global) => self.global.extend(global.names.iter().map(|n| n.to_string())),
            _ => walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Name(name) if name.ctx.is_store() => {
                self.bound.insert(name.id.to_string());
            }
            _ => walk_expr(self, expression),
        }
    }
}
