//! Python's rules that no grammar expresses: `return` only in functions, no two
//! parameters of the same name, `global` before use. Ruff's checker knows them;
//! it asks us which scope it is in.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use ruff_python_ast::statement_visitor::{StatementVisitor, walk_stmt as walk_statement};
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, ModModule, Parameters, PythonVersion, Stmt};
use ruff_python_parser::semantic_errors::{
    LazyImportContext, SemanticSyntaxChecker, SemanticSyntaxContext, SemanticSyntaxError,
    SemanticSyntaxErrorKind,
};
use ruff_text_size::{Ranged, TextRange, TextSize};

use crate::error::SourceError;

/// Checks a whole module.
///
/// # Errors
/// The error that CPython reports: those of its symbol table come before those
/// of its code generator, and within these the first one.
pub(super) fn check(module: &ModModule, source: &str) -> Result<(), SourceError> {
    let mut walk = Walk { checker: SemanticSyntaxChecker::new(), context: Context::new(source) };
    walk.context.scopes.push(Scope::new(ScopeKind::Module, &module.body));
    walk.visit_body(&module.body);
    let errors = walk.context.errors.into_inner();
    match errors.into_iter().min_by_key(order) {
        None => Ok(()),
        Some(error) => Err(SourceError::syntax(error.to_string(), blamed(&error))),
    }
}

/// Sorts errors as CPython finds them: its code generator runs last.
fn order(error: &SemanticSyntaxError) -> (bool, TextSize) {
    use SemanticSyntaxErrorKind as Kind;
    let by_code_generator = matches!(
        error.kind,
        Kind::ReturnOutsideFunction | Kind::BreakOutsideLoop | Kind::ContinueOutsideLoop
    );
    (by_code_generator, blamed(error).start())
}

/// The place that CPython names: for a `global` that comes too late, the `global`.
fn blamed(error: &SemanticSyntaxError) -> TextRange {
    match error.kind {
        SemanticSyntaxErrorKind::LoadBeforeGlobalDeclaration { start, .. } => {
            TextRange::empty(start)
        }
        _ => error.range,
    }
}

/// Goes through the tree and lets the checker see each node in its scope.
struct Walk<'a> {
    checker: SemanticSyntaxChecker,
    context: Context<'a>,
}

impl Walk<'_> {
    fn within(&mut self, scope: Scope, visit: impl FnOnce(&mut Self)) {
        self.context.scopes.push(scope);
        visit(self);
        self.context.scopes.pop();
    }
}

impl<'a> Visitor<'a> for Walk<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        self.checker.visit_stmt(statement, &self.context);
        match statement {
            Stmt::FunctionDef(function) => {
                let kind = ScopeKind::Function { is_async: function.is_async };
                let mut scope = Scope::new(kind, &function.body);
                scope.bind(&function.parameters);
                self.visit_parameters(&function.parameters);
                self.within(scope, |walk| walk.visit_body(&function.body));
            }
            Stmt::ClassDef(class) => {
                let scope = Scope::new(ScopeKind::Class, &class.body);
                self.within(scope, |walk| walk.visit_body(&class.body));
            }
            Stmt::For(r#loop) => {
                self.visit_expr(&r#loop.iter);
                self.visit_expr(&r#loop.target);
                self.visit_loop(&r#loop.body);
                self.visit_body(&r#loop.orelse);
            }
            Stmt::While(r#loop) => {
                self.visit_expr(&r#loop.test);
                self.visit_loop(&r#loop.body);
                self.visit_body(&r#loop.orelse);
            }
            _ => walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        self.checker.visit_expr(expression, &self.context);
        let kind = match expression {
            Expr::Lambda(_) => ScopeKind::Lambda,
            Expr::Generator(_) => ScopeKind::Generator,
            Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) => ScopeKind::Comprehension,
            _ => return walk_expr(self, expression),
        };
        self.within(Scope::new(kind, &[]), |walk| walk_expr(walk, expression));
    }
}

impl<'a> Walk<'_> {
    fn visit_loop(&mut self, body: &'a [Stmt]) {
        self.context.innermost_mut().loops += 1;
        self.visit_body(body);
        self.context.innermost_mut().loops -= 1;
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ScopeKind {
    Module,
    Class,
    Function { is_async: bool },
    Lambda,
    Generator,
    Comprehension,
}

struct Scope {
    kind: ScopeKind,
    /// The names declared `global`, and where first.
    globals: HashMap<String, TextRange>,
    parameters: HashSet<String>,
    /// How many loops are open.
    loops: usize,
}

impl Scope {
    fn new(kind: ScopeKind, body: &[Stmt]) -> Scope {
        let mut globals = Globals::default();
        globals.visit_body(body);
        Scope { kind, globals: globals.0, parameters: HashSet::new(), loops: 0 }
    }

    fn bind(&mut self, parameters: &Parameters) {
        self.parameters.extend(parameters.iter().map(|parameter| parameter.name().to_string()));
    }
}

/// Collects the `global` declarations of one scope.
#[derive(Default)]
struct Globals(HashMap<String, TextRange>);

impl<'a> StatementVisitor<'a> for Globals {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Global(global) => {
                for name in &global.names {
                    self.0.entry(name.to_string()).or_insert(global.range());
                }
            }
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
            _ => walk_statement(self, statement),
        }
    }
}

/// Where the walk is, in the checker's terms.
struct Context<'a> {
    source: &'a str,
    scopes: Vec<Scope>,
    errors: RefCell<Vec<SemanticSyntaxError>>,
}

impl<'a> Context<'a> {
    fn new(source: &'a str) -> Self {
        Context { source, scopes: Vec::new(), errors: RefCell::default() }
    }

    fn innermost(&self) -> &Scope {
        self.scopes.last().expect("the module's scope is never left")
    }

    fn innermost_mut(&mut self) -> &mut Scope {
        self.scopes.last_mut().expect("the module's scope is never left")
    }

    fn is_in(&self, kind: ScopeKind) -> bool {
        self.innermost().kind == kind
    }

    /// The innermost scope that is no comprehension.
    fn owner(&self) -> ScopeKind {
        let kinds = self.scopes.iter().rev().map(|scope| scope.kind);
        let mut owners =
            kinds.filter(|kind| !matches!(kind, ScopeKind::Comprehension | ScopeKind::Generator));
        owners.next().expect("the module's scope is never left")
    }
}

impl SemanticSyntaxContext for Context<'_> {
    fn global(&self, name: &str) -> Option<TextRange> {
        self.innermost().globals.get(name).copied()
    }
    fn is_bound_parameter(&self, name: &str) -> bool {
        self.innermost().parameters.contains(name)
    }
    fn in_loop_context(&self) -> bool {
        self.innermost().loops > 0
    }
    fn in_module_scope(&self) -> bool {
        self.is_in(ScopeKind::Module)
    }
    fn in_function_scope(&self) -> bool {
        matches!(self.innermost().kind, ScopeKind::Function { .. } | ScopeKind::Lambda)
    }
    fn in_async_context(&self) -> bool {
        self.owner() == ScopeKind::Function { is_async: true }
    }
    fn in_await_allowed_context(&self) -> bool {
        matches!(self.owner(), ScopeKind::Function { .. } | ScopeKind::Lambda)
    }
    fn in_yield_allowed_context(&self) -> bool {
        self.in_function_scope()
    }
    fn in_sync_comprehension(&self) -> bool {
        self.is_in(ScopeKind::Comprehension)
    }
    fn in_class_body_comprehension(&self) -> bool {
        self.is_in(ScopeKind::Comprehension) && self.owner() == ScopeKind::Class
    }
    fn in_generator_context(&self) -> bool {
        self.is_in(ScopeKind::Generator)
    }
    fn has_nonlocal_binding(&self, _name: &str) -> bool {
        // Whether there is one or not, closures are not in the language.
        self.scopes.len() > 2
    }
    fn report_semantic_error(&self, error: SemanticSyntaxError) {
        self.errors.borrow_mut().push(error);
    }
    fn source(&self) -> &str {
        self.source
    }
    fn python_version(&self) -> PythonVersion {
        PythonVersion::PY313
    }
    fn future_annotations_or_stub(&self) -> bool {
        false
    }
    fn lazy_import_context(&self) -> Option<LazyImportContext> {
        None
    }
    fn in_notebook(&self) -> bool {
        false
    }
}
