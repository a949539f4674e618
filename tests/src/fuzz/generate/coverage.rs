//! Counts which constructs of the language occur in generated programs, so
//! that none is forgotten, or lost by a change of weights.

use std::collections::{BTreeSet, HashMap};

use super::generate;
use crate::fuzz::tree::{
    BinaryOperator, Comparison, Expr, LoopTest, Program, Stmt, UnaryOperator, While,
};

/// What the first 500 programs have to contain, apart from the operators, in
/// the words of [`constructs`].
const CONSTRUCTS: [&str; 71] = [
    "def of 0",
    "def of 1",
    "def of 2",
    "def of 3",
    "def of 4",
    "a = x",
    "a = b = x",
    "unpack 2",
    "unpack 3",
    "unpack 4",
    "if",
    "if else",
    "elif",
    "while up",
    "while up and",
    "while down",
    "while always",
    "while else",
    "for 1",
    "for 2",
    "for 3",
    "for in a loop",
    "for else",
    "return",
    "return x",
    "global",
    "break",
    "continue",
    "pass",
    "call statement",
    "int",
    "negative int",
    "int of 62 bits",
    "True",
    "False",
    "None",
    "str",
    "name",
    "function as a value",
    "+x",
    "-x",
    "~x",
    "not x",
    "x and y",
    "x or y",
    "x < y",
    "x <= y",
    "x > y",
    "x >= y",
    "x == y",
    "x != y",
    "x is None",
    "x is not None",
    "x is True",
    "x is not True",
    "x is False",
    "x is not False",
    "chain of comparisons",
    "conditional",
    "print of 0",
    "print of 1",
    "print of 2",
    "print of 3",
    "abs",
    "min",
    "max",
    "call through a variable",
    "call of itself",
    "call with a wrong number of arguments",
    "shift by a negative int",
    "range with a step of 0",
];

/// Deliberate mistakes, by a piece of their text that nothing else has.
const MISTAKES: [&str; 11] = [
    " // 0",
    "None < ",
    "-None",
    "~\"red\"",
    " += None",
    "abs(None)",
    ", \"red\")",
    "nowhere",
    "late",
    "(None):",
    "(5000",
];

#[test]
fn every_construct_occurs_in_the_first_500_programs() {
    let mut found = BTreeSet::new();
    for seed in 0..500 {
        found.extend(constructs(&mut generate(seed)));
    }
    let mut expected: Vec<String> = CONSTRUCTS.iter().map(ToString::to_string).collect();
    for operator in BinaryOperator::ALL {
        expected.push(format!("x {operator} y"));
        expected.push(format!("a {operator}= x"));
    }
    let missing: Vec<&String> = expected.iter().filter(|name| !found.contains(*name)).collect();
    assert!(missing.is_empty(), "missing: {missing:?}");
}

#[test]
fn every_mistake_occurs_in_the_first_500_programs() {
    let texts: Vec<String> = (0..500).map(|seed| generate(seed).to_string()).collect();
    let occurs = |mistake: &str| texts.iter().any(|text| text.contains(mistake));
    let missing: Vec<&str> = MISTAKES.into_iter().filter(|mistake| !occurs(mistake)).collect();
    assert!(missing.is_empty(), "missing: {missing:?}");
}

/// What occurs in a program, in words.
fn constructs(program: &mut Program) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut arities = HashMap::new();
    for function in &program.functions {
        let arity = function.parameters.len();
        found.insert(format!("def of {arity}"));
        arities.insert(function.name.clone(), arity);
    }
    program.each_block(&mut |block| {
        for stmt in block {
            found.insert(statement_construct(stmt));
            found.extend(else_construct(stmt).map(str::to_owned));
            if is_loop_around_for(stmt) {
                found.insert("for in a loop".to_owned());
            }
        }
    });
    program.each_expression(&mut |expr| {
        found.insert(expression_construct(expr));
        found.extend(comparison_constructs(expr));
        if let Expr::Call { function, arguments } = expr
            && arities.get(function).is_some_and(|arity| *arity != arguments.len())
        {
            found.insert("call with a wrong number of arguments".to_owned());
        }
    });
    found
}

fn statement_construct(stmt: &Stmt) -> String {
    let construct = match stmt {
        Stmt::Unpack { targets, .. } => return format!("unpack {}", targets.len()),
        Stmt::Augment { operator, .. } => return format!("a {operator}= x"),
        Stmt::For { range, .. } if range.get(2) == Some(&Expr::Int(0)) => "range with a step of 0",
        Stmt::For { range, .. } => return format!("for {}", range.len()),
        Stmt::Expr(Expr::Call { .. }) => "call statement",
        Stmt::Expr(_) => "discarded value",
        Stmt::Assign { targets, .. } if targets.len() > 1 => "a = b = x",
        Stmt::Assign { .. } => "a = x",
        Stmt::If { branches, .. } if branches.len() > 1 => "elif",
        Stmt::If { .. } => "if",
        Stmt::While(While { test: LoopTest::Up, .. }) => "while up",
        Stmt::While(While { test: LoopTest::UpAnd(_), .. }) => "while up and",
        Stmt::While(While { test: LoopTest::Down, .. }) => "while down",
        Stmt::While(While { test: LoopTest::Always, .. }) => "while always",
        Stmt::Return(None) => "return",
        Stmt::Return(Some(_)) => "return x",
        Stmt::Global(_) => "global",
        Stmt::Break => "break",
        Stmt::Continue => "continue",
        Stmt::Pass => "pass",
    };
    construct.to_owned()
}

fn else_construct(stmt: &Stmt) -> Option<&'static str> {
    match stmt {
        Stmt::If { otherwise, .. } if !otherwise.is_empty() => Some("if else"),
        Stmt::While(While { otherwise, .. }) if !otherwise.is_empty() => Some("while else"),
        Stmt::For { otherwise, .. } if !otherwise.is_empty() => Some("for else"),
        _ => None,
    }
}

fn is_loop_around_for(stmt: &Stmt) -> bool {
    match stmt {
        Stmt::While(While { body, .. }) | Stmt::For { body, .. } => {
            body.iter().any(|inner| matches!(inner, Stmt::For { .. }))
        }
        _ => false,
    }
}

fn expression_construct(expr: &Expr) -> String {
    use BinaryOperator::{ShiftLeft, ShiftRight};
    let construct = match expr {
        Expr::Unary(UnaryOperator::Not, _) => "not x",
        Expr::Unary(operator, _) => return format!("{operator}x"),
        Expr::Binary(_, ShiftLeft | ShiftRight, count) if matches!(**count, Expr::Int(..0)) => {
            "shift by a negative int"
        }
        Expr::Binary(_, operator, _) => return format!("x {operator} y"),
        Expr::Logical(_, operator, _) => return format!("x {operator} y"),
        Expr::Call { function, arguments } => return call_construct(function, arguments),
        Expr::Int(value) if value.unsigned_abs() >= 1 << 61 => "int of 62 bits",
        Expr::Int(..0) => "negative int",
        Expr::Int(_) => "int",
        Expr::Bool(true) => "True",
        Expr::Bool(false) => "False",
        Expr::None => "None",
        Expr::Str(_) => "str",
        Expr::Name(name) if is_function(name) => "function as a value",
        Expr::Name(_) => "name",
        Expr::Compare { .. } => "comparison",
        Expr::Conditional { .. } => "conditional",
    };
    construct.to_owned()
}

fn call_construct(function: &str, arguments: &[Expr]) -> String {
    let counts_down = |argument: &Expr| argument.to_string().starts_with("n - ");
    match function {
        "print" => format!("print of {}", arguments.len()),
        "abs" | "min" | "max" => function.to_owned(),
        _ if !is_function(function) => "call through a variable".to_owned(),
        _ if arguments.first().is_some_and(counts_down) => "call of itself".to_owned(),
        _ => "call".to_owned(),
    }
}

/// Whether this is the name of a function of the program: `f0`, `f1`, ….
fn is_function(name: &str) -> bool {
    name.strip_prefix('f').is_some_and(|index| index.parse::<u32>().is_ok())
}

fn comparison_constructs(expr: &Expr) -> Vec<String> {
    let Expr::Compare { rest, .. } = expr else {
        return Vec::new();
    };
    let links = rest.iter().map(|(comparison, right)| match comparison {
        Comparison::Is | Comparison::IsNot => format!("x {comparison} {right}"),
        _ => format!("x {comparison} y"),
    });
    let chain = (rest.len() > 1).then(|| "chain of comparisons".to_owned());
    links.chain(chain).collect()
}
