//! From a seed to a program. Three promises are kept by construction, so that
//! nothing has to be run to check them: a program has no syntax error, ends
//! soon (every loop and call is paid for in advance, see [`scope::Budget`]),
//! and its integers stay within bounds that are known while it is written
//! (see [`bounds::Bounded`]).

mod scope;

mod bounds;
mod integers;
mod values;

mod calls;

mod loops;
mod statements;

mod faults;
mod functions;

#[cfg(test)]
mod coverage;

use scope::{Kind, Scope, Signature, Variable};

use super::random::Random;
use super::tree::{Block, Expr, Program, Stmt};

/// The program that belongs to `seed`: the same one on every machine.
///
/// It is valid in the subset of Part I, executes at most some 20,000
/// statements, and ends by printing its globals. One program in four, about,
/// is ended before that by a run-time error; one in ten computes an integer
/// that has more than 63 bits, though never more than a few hundred.
pub fn generate(seed: u64) -> Program {
    let mut generator = Generator::new(seed);
    let count = generator.random.count(0..=4);
    Program {
        functions: (0..count).map(|index| generator.function(index)).collect(),
        body: generator.module(),
    }
}

/// How many statements the module executes at most, functions included.
const MODULE_LIMIT: u32 = 10_000;

/// How deep blocks lie inside one another, at most.
const NESTING: u32 = 3;

/// How deep expressions lie inside one another, at most.
const DEPTH: u32 = 3;

/// The variables of a module: the first two always, the others often.
const GLOBALS: [(&str, Kind); 7] = [
    ("g0", Kind::Small),
    ("g1", Kind::Small),
    ("g2", Kind::Small),
    ("total", Kind::Total),
    ("big", Kind::Wide),
    ("flag", Kind::Bool),
    ("thing", Kind::Any),
];

/// A program in the making.
struct Generator {
    random: Random,
    /// The functions that are finished: those that may be called.
    functions: Vec<Signature>,
    /// The module's variables, except those that hold functions: a function
    /// that called one of these might call itself.
    globals: Vec<Variable>,
    scope: Scope,
    /// Whether integers may get more than 63 bits.
    may_overflow: bool,
    /// How many statements are written before the deliberate mistake; `None`
    /// if there is to be no mistake any more.
    fault_after: Option<u32>,
}

impl Generator {
    fn new(seed: u64) -> Generator {
        let mut random = Random::with_seed(seed);
        let may_overflow = random.one_in(5);
        let fault_after = random.one_in(2).then(|| random.count(0..=24));
        let mut globals = Vec::new();
        for (index, (name, kind)) in GLOBALS.into_iter().enumerate() {
            if index < 2 || !random.one_in(4) {
                globals.push(Variable::new(name, kind));
            }
        }
        Generator {
            random,
            functions: Vec::new(),
            globals,
            scope: Scope::new(0, None),
            may_overflow,
            fault_after,
        }
    }

    /// The statements of the module, after its functions.
    fn module(&mut self) -> Block {
        self.scope = Scope::new(MODULE_LIMIT, None);
        let mut block = Block::new();
        for variable in self.globals.clone() {
            self.declare(variable, &mut block);
        }
        if let Some(arity) = self.arity_of_a_value() {
            self.declare(Variable::new("action", Kind::Function(arity)), &mut block);
        }
        for _ in 0..self.random.count(3..=10) {
            self.statement(NESTING, &mut block);
        }
        for globals in self.globals.chunks(3) {
            let names = globals.iter().map(|global| Expr::name(&global.name));
            block.push(Stmt::Expr(Expr::call("print", names.collect())));
        }
        block
    }

    /// Gives a variable its first value, and brings it in reach.
    fn declare(&mut self, variable: Variable, block: &mut Block) {
        let value = match variable.kind {
            Kind::Function(_) => self.value(variable.kind, 1),
            kind => self.literal(kind),
        };
        let targets = vec![variable.name.clone()];
        block.push(Stmt::Assign { targets, value });
        self.scope.variables.push(variable);
    }

    /// A variable in reach that `fits`, if there is one.
    fn variable(&mut self, fits: impl Fn(&Variable) -> bool) -> Option<Variable> {
        let variables = self.scope.variables.iter();
        let fitting: Vec<&Variable> = variables.filter(|variable| fits(variable)).collect();
        if fitting.is_empty() {
            return None;
        }
        Some((*self.random.pick(&fitting)).clone())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_seed_gives_the_same_program_every_time() {
        for seed in [0, 1, 2, u64::MAX] {
            assert_eq!(generate(seed).to_string(), generate(seed).to_string());
        }
    }

    #[test]
    fn seeds_give_different_programs() {
        let programs: HashSet<String> = (0..200).map(|seed| generate(seed).to_string()).collect();
        assert_eq!(programs.len(), 200);
    }

    #[test]
    fn a_program_ends_by_printing_its_globals() {
        for seed in 0..50 {
            let text = generate(seed).to_string();
            let last = text.lines().last();
            assert!(last.is_some_and(|line| line.starts_with("print(")), "{text}");
        }
    }
}
