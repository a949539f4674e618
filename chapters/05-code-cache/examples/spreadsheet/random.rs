//! Random formulas and random changes, against an evaluator that knows neither steps, nor
//! code, nor editions.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;

use ch05_code_cache::CacheOptions;
use fastrand::Rng;

use crate::cell::CellId;
use crate::formula::CHARACTERS;
use crate::interpreter::Reason;
use crate::sheet::Sheet;

/// How many columns and rows are used.
const SIDE: usize = 4;

#[derive(Debug)]
enum Tree {
    Number(f64),
    Cell(CellId),
    Sum(CellId, CellId),
    Absolute(Box<Tree>),
    Binary(char, Box<[Tree; 2]>),
}

fn random_cell(rng: &mut Rng) -> CellId {
    CellId(rng.usize(..SIDE) * 26 + rng.usize(..SIDE))
}

impl Tree {
    /// A formula that needs cells before `cell`, and rarely another one.
    fn random(rng: &mut Rng, cell: CellId, depth: usize) -> Tree {
        let [one, other] = [random_cell(rng), random_cell(rng)];
        let is_known = one.0.max(other.0) < cell.0 || rng.usize(..15) == 0;
        let kind = rng.usize(..if depth == 0 { 4 } else { 9 });
        let (number, operator) = (rng.i32(-3..=6), ['+', '-', '*', '/'][rng.usize(..4)]);
        let mut tree = || Tree::random(rng, cell, depth - 1);
        match kind {
            0 | 1 if is_known => Tree::Cell(one),
            2 if is_known => Tree::Sum(one, other),
            0..=3 => Tree::Number(f64::from(number) / 2.0),
            4 => Tree::Absolute(Box::new(tree())),
            _ => Tree::Binary(operator, Box::new([tree(), tree()])),
        }
    }

    /// Writes it with no more parentheses than it needs where it stands.
    fn write(&self, out: &mut fmt::Formatter<'_>, place: Binding) -> fmt::Result {
        match self {
            Tree::Number(number) => write!(out, "{number}"),
            Tree::Cell(cell) => write!(out, "{cell}"),
            Tree::Sum(one, other) => write!(out, "SUM({one}:{other})"),
            Tree::Absolute(tree) => write!(out, "ABS({tree})"),
            Tree::Binary(operator, operands) => {
                let (left, right) = match operator {
                    '+' | '-' => (Binding::Sum, Binding::Product),
                    _ => (Binding::Product, Binding::Operand),
                };
                if left < place {
                    return write!(out, "({self})");
                }
                operands[0].write(out, left)?;
                write!(out, "{operator}")?;
                operands[1].write(out, right)
            }
        }
    }
}

/// What can stand in a place without parentheses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    Sum,
    Product,
    Operand,
}

impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, Binding::Sum)
    }
}

/// Evaluates trees by the book.
struct Evaluator<'a> {
    trees: &'a HashMap<CellId, Tree>,
    /// What has been evaluated, and, without a value, what is being.
    known: RefCell<HashMap<CellId, Option<f64>>>,
}

impl Evaluator<'_> {
    fn cell(&self, cell: CellId) -> Result<f64, Reason> {
        let Some(tree) = self.trees.get(&cell) else { return Ok(0.0) };
        if let Some(&known) = self.known.borrow().get(&cell) {
            return known.ok_or(Reason::TooDeep);
        }
        self.known.borrow_mut().insert(cell, None);
        let value = self.tree(tree)?;
        self.known.borrow_mut().insert(cell, Some(value));
        Ok(value)
    }

    fn tree(&self, tree: &Tree) -> Result<f64, Reason> {
        Ok(match tree {
            Tree::Number(number) => *number,
            Tree::Cell(cell) => self.cell(*cell)?,
            Tree::Sum(one, other) => CellId::rectangle(*one, *other)
                .try_fold(0.0, |sum, cell| Ok(sum + self.cell(cell)?))?,
            Tree::Absolute(tree) => self.tree(tree)?.abs(),
            Tree::Binary(operator, operands) => {
                let [left, right] = [self.tree(&operands[0])?, self.tree(&operands[1])?];
                match operator {
                    '+' => left + right,
                    '-' => left - right,
                    '*' => left * right,
                    _ if right == 0.0 => return Err(Reason::DivisionByZero),
                    _ => left / right,
                }
            }
        })
    }
}

/// The sheets that have to agree, some of them under stress.
const BUDGETS: [usize; 6] = [0, 150, 400, 1000, 4000, 1 << 20];
const BUDGETS_UNDER_STRESS: [usize; 2] = [1000, 1 << 20];

fn sheets() -> Vec<Sheet> {
    let kinds = BUDGETS.map(|budget| CacheOptions { budget, is_stressed: false });
    let stressed = BUDGETS_UNDER_STRESS.map(|budget| CacheOptions { budget, is_stressed: true });
    let kinds = kinds.into_iter().chain(stressed);
    kinds.map(|options| Sheet::new(options).expect("there is memory")).collect()
}

/// A number's bits. Of those that are none, one is as good as another.
fn bits(value: f64) -> u64 {
    if value.is_nan() { u64::MAX } else { value.to_bits() }
}

/// Changes a cell; returns how.
fn change(rng: &mut Rng, sheets: &mut [Sheet], trees: &mut HashMap<CellId, Tree>) -> String {
    let (cell, depth) = (random_cell(rng), rng.usize(..4));
    let tree = Tree::random(rng, cell, depth);
    let formula = tree.to_string();
    if formula.len() <= CHARACTERS {
        for sheet in sheets {
            sheet.set(cell, &formula).expect("it is a formula");
        }
        trees.insert(cell, tree);
    }
    format!("{cell}={formula}")
}

/// Asks all sheets for the value of a cell. They agree on where it fails, if it does.
fn ask(sheets: &[Sheet], cell: CellId, context: &str) -> Result<u64, Reason> {
    let first = sheets[0].get(cell);
    // Under stress, each of the formulas in a circle would look at all others that wait.
    let is_circle = first.as_ref().is_err_and(|failure| failure.reason == Reason::TooDeep);
    let count = if is_circle { BUDGETS.len() } else { sheets.len() };
    let first = first.map(bits);
    for (index, sheet) in sheets[..count].iter().enumerate() {
        assert_eq!(sheet.get(cell).map(bits), first, "{context}, sheet {index}");
    }
    first.map_err(|failure| failure.reason)
}

#[test]
fn random_changes_lead_to_what_a_plain_evaluator_says() {
    let mut failures = 0;
    for seed in 0..12 {
        let mut rng = Rng::with_seed(seed);
        let (mut sheets, mut trees) = (sheets(), HashMap::new());
        for number in 0..100 {
            let changed = change(&mut rng, &mut sheets, &mut trees);
            let cell = random_cell(&mut rng);
            let context = format!("seed {seed}, change {number}, {changed}, {cell}");
            let evaluator = Evaluator { trees: &trees, known: RefCell::default() };
            let expected = evaluator.cell(cell).map(bits);
            assert_eq!(ask(&sheets, cell, &context), expected, "{context}");
            failures += usize::from(expected.is_err());
        }
    }
    assert!((30..600).contains(&failures), "{failures} of 1200 have no value");
}
