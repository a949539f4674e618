//! Trees as Python source: four spaces of indentation, one statement a line.

mod expression;

use std::fmt::{Display, Formatter, Result};

use super::tree::{Block, Function, LoopTest, Program, Stmt, While};
use expression::{List, Precedence, above};

impl Display for Program {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        for function in &self.functions {
            writeln!(out, "{function}")?;
        }
        self.body.iter().try_for_each(|stmt| write_stmt(out, stmt, 0))
    }
}

impl Display for Function {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        writeln!(out, "def {}({}):", self.name, self.parameters.join(", "))?;
        write_block(out, &self.body, 1)
    }
}

fn write_block(out: &mut Formatter<'_>, block: &Block, depth: usize) -> Result {
    if block.is_empty() {
        return write_line(out, depth, "pass");
    }
    block.iter().try_for_each(|stmt| write_stmt(out, stmt, depth))
}

fn write_line(out: &mut Formatter<'_>, depth: usize, line: impl Display) -> Result {
    writeln!(out, "{:indentation$}{line}", "", indentation = 4 * depth)
}

fn write_stmt(out: &mut Formatter<'_>, stmt: &Stmt, depth: usize) -> Result {
    match stmt {
        Stmt::Expr(value) => write_line(out, depth, value),
        Stmt::Assign { targets, value } => {
            write_line(out, depth, format_args!("{} = {value}", targets.join(" = ")))
        }
        Stmt::Unpack { targets, values } => {
            let line = format!("{} = {}", targets.join(", "), List(values));
            write_line(out, depth, line)
        }
        Stmt::Augment { target, operator, value } => {
            write_line(out, depth, format_args!("{target} {operator}= {value}"))
        }
        Stmt::If { branches, otherwise } => {
            for (index, (test, body)) in branches.iter().enumerate() {
                let keyword = if index == 0 { "if" } else { "elif" };
                write_line(out, depth, format_args!("{keyword} {test}:"))?;
                write_block(out, body, depth + 1)?;
            }
            write_else(out, otherwise, depth)
        }
        Stmt::While(stmt) => write_while(out, stmt, depth),
        Stmt::For { variable, range, body, otherwise } => {
            let line = format!("for {variable} in range({}):", List(range));
            write_line(out, depth, line)?;
            write_block(out, body, depth + 1)?;
            write_else(out, otherwise, depth)
        }
        Stmt::Return(None) => write_line(out, depth, "return"),
        Stmt::Return(Some(value)) => write_line(out, depth, format_args!("return {value}")),
        Stmt::Global(names) => write_line(out, depth, format_args!("global {}", names.join(", "))),
        Stmt::Break => write_line(out, depth, "break"),
        Stmt::Continue => write_line(out, depth, "continue"),
        Stmt::Pass => write_line(out, depth, "pass"),
    }
}

fn write_else(out: &mut Formatter<'_>, otherwise: &Block, depth: usize) -> Result {
    if otherwise.is_empty() {
        return Ok(());
    }
    write_line(out, depth, "else:")?;
    write_block(out, otherwise, depth + 1)
}

fn write_while(out: &mut Formatter<'_>, stmt: &While, depth: usize) -> Result {
    let While { counter, limit, test, body, otherwise } = stmt;
    let (start, step) = match test {
        LoopTest::Down => (*limit, "-= 1"),
        _ => (0, "+= 1"),
    };
    write_line(out, depth, format_args!("{counter} = {start}"))?;
    match test {
        LoopTest::Up => write_line(out, depth, format_args!("while {counter} < {limit}:"))?,
        LoopTest::UpAnd(test) => {
            let test = above(test, Precedence::And);
            write_line(out, depth, format_args!("while {counter} < {limit} and {test}:"))?;
        }
        LoopTest::Down => write_line(out, depth, format_args!("while {counter}:"))?,
        LoopTest::Always => write_line(out, depth, "while True:")?,
    }
    write_line(out, depth + 1, format_args!("{counter} {step}"))?;
    if *test == LoopTest::Always {
        write_line(out, depth + 1, format_args!("if {counter} > {limit}:"))?;
        write_line(out, depth + 2, "break")?;
    }
    body.iter().try_for_each(|stmt| write_stmt(out, stmt, depth + 1))?;
    write_else(out, otherwise, depth)
}

#[cfg(test)]
mod tests {
    use super::super::tree::{BinaryOperator, Expr, LogicalOperator};
    use super::*;

    fn printed(stmt: Stmt) -> String {
        let program = Program { functions: Vec::new(), body: vec![stmt] };
        program.to_string()
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_function_stands_before_the_module_and_an_empty_block_is_pass() {
        let function =
            Function { name: "f".to_owned(), parameters: names(&["a", "b"]), body: Block::new() };
        let call = Stmt::Expr(Expr::call("f", vec![Expr::Int(1), Expr::None]));
        let program = Program { functions: vec![function], body: vec![call] };
        assert_eq!(program.to_string(), "def f(a, b):\n    pass\n\nf(1, None)\n");
    }

    #[test]
    fn assignments_take_one_line_each() {
        let (targets, value) = (names(&["a", "b"]), Expr::Int(-1));
        assert_eq!(printed(Stmt::Assign { targets, value }), "a = b = -1\n");
        let (targets, values) = (names(&["a", "b"]), vec![Expr::name("b"), Expr::Bool(true)]);
        assert_eq!(printed(Stmt::Unpack { targets, values }), "a, b = b, True\n");
        let (operator, value) = (BinaryOperator::ShiftRight, Expr::Int(2));
        let target = "a".to_owned();
        assert_eq!(printed(Stmt::Augment { target, operator, value }), "a >>= 2\n");
    }

    #[test]
    fn branches_are_if_elif_and_else() {
        let branches = vec![(Expr::name("a"), vec![Stmt::Break]), (Expr::name("b"), Block::new())];
        let otherwise = vec![Stmt::Return(None)];
        let expected = "if a:\n    break\nelif b:\n    pass\nelse:\n    return\n";
        assert_eq!(printed(Stmt::If { branches, otherwise }), expected);
    }

    #[test]
    fn a_while_loop_advances_its_counter_before_its_body() {
        let print_loop = |test| {
            let (counter, body, otherwise) = ("w".to_owned(), vec![Stmt::Continue], Block::new());
            printed(Stmt::While(While { counter, limit: 7, test, body, otherwise }))
        };
        let up = "w = 0\nwhile w < 7:\n    w += 1\n    continue\n";
        assert_eq!(print_loop(LoopTest::Up), up);
        let down = "w = 7\nwhile w:\n    w -= 1\n    continue\n";
        assert_eq!(print_loop(LoopTest::Down), down);
        let always = "w = 0\nwhile True:\n    w += 1\n    if w > 7:\n        break\n    continue\n";
        assert_eq!(print_loop(LoopTest::Always), always);
        let test = Expr::logical(Expr::name("a"), LogicalOperator::Or, Expr::name("b"));
        let and = "w = 0\nwhile w < 7 and (a or b):\n    w += 1\n    continue\n";
        assert_eq!(print_loop(LoopTest::UpAnd(test)), and);
    }
}
