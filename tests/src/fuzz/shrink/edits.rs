//! The edits that make a program smaller, each at one place: a function, a
//! statement or an expression, counted in the order in which they are printed.

use crate::fuzz::tree::{Block, Expr, LoopTest, Program, Stmt, While};

/// Edits the place with that number, in one of several ways; false if there is
/// no such place. A way that does not apply there leaves the program as it is.
pub(super) type Edit = fn(&mut Program, position: usize, variant: usize) -> bool;

/// All edits with the number of their variants, coarse ones first.
pub(super) const EDITS: [(Edit, usize); 13] = [
    (delete_function, 1),
    (inline_function, 1),
    (delete_statements, 5),
    (unwrap_block, 4),
    (keep_expression, 4),
    (drop_else, 1),
    (drop_part, 4),
    (lower_limit, 3),
    (delete_parameter, 4),
    (use_literal, 4),
    (use_operand, 4),
    (drop_operand, 4),
    (shrink_integer, 3),
];

/// Deletes a function; its calls, and its name as a value, become 0.
fn delete_function(program: &mut Program, position: usize, _: usize) -> bool {
    if position >= program.functions.len() {
        return false;
    }
    let deleted = program.functions.remove(position).name;
    program.each_expression(&mut |expr| match expr {
        Expr::Name(name) | Expr::Call { function: name, .. } if *name == deleted => {
            *expr = Expr::Int(0);
        }
        _ => {}
    });
    true
}

/// Makes the statements of a function the first ones of the module, where
/// there is nothing to return from; then deletes the function.
fn inline_function(program: &mut Program, position: usize, _: usize) -> bool {
    let Some(function) = program.functions.get_mut(position) else {
        return false;
    };
    let body = std::mem::take(&mut function.body);
    program.body.splice(0..0, body);
    program.each_block_of_the_module(&mut |block| {
        for stmt in block {
            match stmt {
                Stmt::Return(Some(value)) => *stmt = Stmt::Expr(value.clone()),
                Stmt::Return(None) | Stmt::Global(_) => *stmt = Stmt::Pass,
                _ => {}
            }
        }
    });
    delete_function(program, position, 0)
}

/// Deletes the parameter `variant` of a function, and the argument of each
/// call.
fn delete_parameter(program: &mut Program, position: usize, variant: usize) -> bool {
    let Some(edited) = program.functions.get_mut(position) else {
        return false;
    };
    if variant >= edited.parameters.len() {
        return true;
    }
    edited.parameters.remove(variant);
    let name = edited.name.clone();
    program.each_expression(&mut |expr| match expr {
        Expr::Call { function, arguments } if *function == name && variant < arguments.len() => {
            arguments.remove(variant);
        }
        _ => {}
    });
    true
}

/// Deletes 16, 8, 4, 2 statements or one of a block, from this one on.
fn delete_statements(program: &mut Program, position: usize, variant: usize) -> bool {
    at_statement(program, position, |block, index| {
        let end = block.len().min(index + (16 >> variant));
        block.drain(index..end);
    })
}

/// Puts the block `variant` of a compound statement in its place.
fn unwrap_block(program: &mut Program, position: usize, variant: usize) -> bool {
    at_statement(program, position, |block, index| {
        let stmt = &mut block[index];
        let is_loop_body = variant == 0 && matches!(stmt, Stmt::While(_) | Stmt::For { .. });
        let mut blocks = stmt.blocks();
        if variant >= blocks.len() {
            return;
        }
        let mut inner = std::mem::take(blocks.swap_remove(variant));
        if is_loop_body {
            disarm_jumps(&mut inner);
        }
        block.splice(index..=index, inner);
    })
}

/// Makes `pass` of each `break` and `continue` that belongs to a loop around
/// this block.
fn disarm_jumps(block: &mut Block) {
    for stmt in block {
        match stmt {
            Stmt::Break | Stmt::Continue => *stmt = Stmt::Pass,
            Stmt::While(While { otherwise, .. }) | Stmt::For { otherwise, .. } => {
                disarm_jumps(otherwise);
            }
            Stmt::If { .. } => stmt.blocks().into_iter().for_each(disarm_jumps),
            _ => {}
        }
    }
}

/// Puts the expression `variant` of a statement in its place.
fn keep_expression(program: &mut Program, position: usize, variant: usize) -> bool {
    at_statement(program, position, |block, index| {
        let kept = block[index].expressions().into_iter().nth(variant).cloned();
        if let Some(kept) = kept {
            block[index] = Stmt::Expr(kept);
        }
    })
}

/// Drops the `else` of a statement.
fn drop_else(program: &mut Program, position: usize, _: usize) -> bool {
    at_statement(program, position, |block, index| match &mut block[index] {
        Stmt::If { otherwise, .. }
        | Stmt::While(While { otherwise, .. })
        | Stmt::For { otherwise, .. } => otherwise.clear(),
        _ => {}
    })
}

/// Drops the part `variant` of a statement that has several of a kind, or what
/// it can do without.
fn drop_part(program: &mut Program, position: usize, variant: usize) -> bool {
    at_statement(program, position, |block, index| {
        let stmt = &mut block[index];
        match stmt {
            Stmt::Assign { targets, .. } => drop_one(targets, variant),
            Stmt::Global(names) => drop_one(names, variant),
            Stmt::If { branches, .. } => drop_one(branches, variant),
            Stmt::For { range, .. } => drop_one(range, variant),
            Stmt::Unpack { targets, values } if variant < targets.len() => {
                let targets = vec![targets.swap_remove(variant)];
                let value = values.swap_remove(variant);
                *stmt = Stmt::Assign { targets, value };
            }
            Stmt::While(While { test, .. }) => *test = LoopTest::Up,
            Stmt::Return(value) => *value = None,
            _ => {}
        }
    })
}

/// Drops an element, if there is one at `index` and it is not the only one.
fn drop_one<T>(elements: &mut Vec<T>, index: usize) {
    if index < elements.len() && elements.len() > 1 {
        elements.remove(index);
    }
}

/// Puts a literal in the place of an expression.
fn use_literal(program: &mut Program, position: usize, variant: usize) -> bool {
    const LITERALS: [Expr; 4] = [Expr::Int(0), Expr::Int(1), Expr::Bool(true), Expr::None];
    at_expression(program, position, |expr| *expr = LITERALS[variant].clone())
}

/// Puts the operand `variant` in the place of an expression.
fn use_operand(program: &mut Program, position: usize, variant: usize) -> bool {
    at_expression(program, position, |expr| {
        if let Some(operand) = expr.operands().into_iter().nth(variant) {
            *expr = std::mem::replace(operand, Expr::None);
        }
    })
}

/// Drops the argument `variant` of a call, or that link of a chain of
/// comparisons.
fn drop_operand(program: &mut Program, position: usize, variant: usize) -> bool {
    at_expression(program, position, |expr| match expr {
        Expr::Call { arguments, .. } if variant < arguments.len() => {
            arguments.remove(variant);
        }
        Expr::Compare { rest, .. } => drop_one(rest, variant),
        _ => {}
    })
}

/// Lowers the limit of a `while` loop: to 0, by half, or by one.
fn lower_limit(program: &mut Program, position: usize, variant: usize) -> bool {
    at_statement(program, position, |block, index| {
        if let Stmt::While(While { limit, .. }) = &mut block[index] {
            *limit = [0, *limit / 2, limit.saturating_sub(1)][variant];
        }
    })
}

/// Takes an integer nearer to 0: without its sign, by half, or by one.
fn shrink_integer(program: &mut Program, position: usize, variant: usize) -> bool {
    at_expression(program, position, |expr| {
        if let Expr::Int(value) = expr {
            *value = [value.saturating_abs(), *value / 2, *value - value.signum()][variant];
        }
    })
}

/// Edits the block that holds a statement, at the statement's index; false if
/// there are not that many statements.
fn at_statement(
    program: &mut Program,
    position: usize,
    edit: impl FnOnce(&mut Block, usize),
) -> bool {
    let mut edit = Some(edit);
    let mut index = position;
    program.each_block(&mut |block| {
        if index >= block.len() {
            index -= block.len();
        } else if let Some(edit) = edit.take() {
            edit(block, index);
        }
    });
    edit.is_none()
}

/// Edits an expression; false if there are not that many expressions.
fn at_expression(program: &mut Program, position: usize, edit: impl FnOnce(&mut Expr)) -> bool {
    let mut edit = Some(edit);
    let mut remaining = position;
    program.each_expression(&mut |expr| {
        if remaining > 0 {
            remaining -= 1;
        } else if let Some(edit) = edit.take() {
            edit(expr);
        }
    });
    edit.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::tree::{BinaryOperator, Function};

    fn program(body: Block) -> Program {
        Program { functions: Vec::new(), body }
    }

    fn for_loop(body: Block, otherwise: Block) -> Stmt {
        let (variable, range) = ("i".to_owned(), vec![Expr::Int(3)]);
        Stmt::For { variable, range, body, otherwise }
    }

    #[test]
    fn jumps_do_not_outlive_their_loop() {
        let conditional = Stmt::If {
            branches: vec![(Expr::name("a"), vec![Stmt::Break])],
            otherwise: vec![Stmt::Continue],
        };
        let inner = for_loop(vec![Stmt::Break], vec![Stmt::Break]);
        let mut edited = program(vec![for_loop(vec![conditional, inner], vec![])]);
        assert!(unwrap_block(&mut edited, 0, 0));
        let expected = "\
if a:
    pass
else:
    pass
for i in range(3):
    break
else:
    pass
";
        assert_eq!(edited.to_string(), expected);
    }

    #[test]
    fn a_deleted_function_leaves_zeros_behind() {
        let mut edited = program(vec![Stmt::Expr(Expr::call("f0", vec![Expr::name("f1")]))]);
        for name in ["f1", "f0"] {
            let function = Function {
                name: name.to_owned(),
                parameters: vec!["a".to_owned()],
                body: Block::new(),
            };
            edited.functions.push(function);
        }
        assert!(delete_function(&mut edited, 0, 0));
        assert_eq!(edited.body, [Stmt::Expr(Expr::call("f0", vec![Expr::Int(0)]))]);
        assert!(delete_function(&mut edited, 0, 0));
        assert_eq!(edited.to_string(), "0\n");
        assert!(!delete_function(&mut edited, 0, 0));
    }

    #[test]
    fn places_are_counted_in_the_order_in_which_they_are_printed() {
        let sum = Expr::binary(Expr::Int(5), BinaryOperator::Add, Expr::Int(6));
        let start = program(vec![for_loop(vec![Stmt::Expr(sum)], vec![Stmt::Pass])]);
        let after = |position| {
            let mut edited = start.clone();
            assert!(use_literal(&mut edited, position, 0));
            edited.to_string().replace("\n    ", " ").replace('\n', " ")
        };
        assert_eq!(after(0), "for i in range(0): 5 + 6 else: pass ");
        assert_eq!(after(1), "for i in range(3): 0 else: pass ");
        assert_eq!(after(2), "for i in range(3): 0 + 6 else: pass ");
        assert_eq!(after(3), "for i in range(3): 5 + 0 else: pass ");
        assert!(!use_literal(&mut start.clone(), 4, 0));
    }
}
