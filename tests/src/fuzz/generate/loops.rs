//! Loops: how often they go round is decided, and paid for, before their body
//! is written.

use super::Generator;
use super::scope::{Kind, Variable};
use crate::fuzz::tree::{BinaryOperator, Block, Expr, LoopTest, Stmt, While};

/// Ranges that reach, or would step over, the edges of 63 bits.
const EDGE_RANGES: [[i64; 3]; 6] = [
    [LAST - 3, LAST, 1],
    [LAST - 7, LAST, 5],
    [-LAST + 2, -LAST - 1, -1],
    [-LAST, LAST, 1 << 61],
    [LAST, -LAST - 1, -(1 << 61)],
    [0, LAST, LAST],
];

/// The largest integer of 63 bits.
const LAST: i64 = (1 << 62) - 1;

/// How often the loops over edge ranges go round, at most.
const EDGE_ROUNDS: u32 = 4;

impl Generator {
    /// How often a loop goes round, at most: a few times as a rule, sometimes
    /// many, and 0 times where nothing can be afforded any more.
    fn rounds(&mut self) -> u32 {
        let most = self.random.weighted(&[(12, 6), (3, 30), (1, 200)]);
        let least = u32::from(!self.random.one_in(8));
        let rounds = self.random.count(least..=most);
        rounds.min(self.scope.budget.affordable_rounds())
    }

    /// Writes what a loop repeats that often.
    fn repeated<T>(&mut self, rounds: u32, write: impl FnOnce(&mut Generator) -> T) -> T {
        let outside = self.scope.budget.repeats;
        self.scope.budget.repeats *= rounds.max(1);
        self.scope.loops += 1;
        let written = write(self);
        self.scope.loops -= 1;
        self.scope.budget.repeats = outside;
        written
    }

    /// A `while` loop with a counter of its own, which its body may read, and
    /// which is sometimes printed afterwards.
    pub(super) fn while_loop(&mut self, nesting: u32, block: &mut Block) {
        if nesting == 0 {
            return self.assignment(nesting, block);
        }
        let counter = format!("w{}", self.scope.counters);
        self.scope.counters += 1;
        let limit = self.rounds();
        // Test and counter are executed once more than the body.
        self.scope.budget.charge(3 * (limit + 1));
        let test = self.loop_test(limit);
        self.scope.variables.push(Variable::new(&counter, Kind::Small).read_only());
        let body = self.repeated(limit, |inside| inside.block(nesting - 1));
        self.scope.variables.pop();
        let otherwise = self.otherwise(nesting - 1);
        let print = Expr::call("print", vec![Expr::name(&counter)]);
        block.push(Stmt::While(While { counter, limit, test, body, otherwise }));
        if self.random.one_in(4) {
            block.push(Stmt::Expr(print));
        }
    }

    fn loop_test(&mut self, limit: u32) -> LoopTest {
        match self.random.count(0..=6) {
            0 => LoopTest::Always,
            1 => LoopTest::Down,
            2 | 3 => LoopTest::UpAnd(self.repeated(limit + 1, |inside| inside.test(2))),
            _ => LoopTest::Up,
        }
    }

    /// A `for` loop over a range. Its body may assign the variable, which
    /// changes nothing about how often it goes round.
    pub(super) fn for_loop(&mut self, nesting: u32, block: &mut Block) {
        if nesting == 0 {
            return self.assignment(nesting, block);
        }
        let wide = self.random.one_in(8);
        let kind = if wide { Kind::Wide } else { Kind::Small };
        let Some(variable) = self.variable(|variable| variable.writable && variable.kind == kind)
        else {
            return self.while_loop(nesting, block);
        };
        let variable = variable.name;
        let (rounds, range) = match wide {
            true => (EDGE_ROUNDS, self.random.pick(&EDGE_RANGES).map(Expr::Int).to_vec()),
            false => {
                let rounds = self.rounds();
                (rounds, self.range(rounds))
            }
        };
        self.scope.budget.charge(rounds);
        let body = self.repeated(rounds, |inside| inside.block(nesting - 1));
        let otherwise = self.otherwise(nesting - 1);
        block.push(Stmt::For { variable, range, body, otherwise });
    }

    /// The arguments of a `range` of at most `rounds` numbers.
    fn range(&mut self, rounds: u32) -> Vec<Expr> {
        let rounds = i64::from(rounds);
        match self.random.count(0..=5) {
            0 => vec![Expr::Int(rounds)],
            1 => vec![self.integer_below(rounds + 1)],
            2 => {
                let start = self.random.between(-9..=9);
                vec![Expr::Int(start), Expr::Int(start + rounds)]
            }
            3 => vec![self.integer_below(4), Expr::Int(rounds)],
            4 => {
                let step = *self.random.pick(&[1, 2, 3, 7, -1, -1, -2, -3, -7]);
                let start = self.random.between(-9..=9);
                vec![Expr::Int(start), Expr::Int(start + rounds * step), Expr::Int(step)]
            }
            _ => {
                let step =
                    Expr::binary(Expr::Int(-1), BinaryOperator::Subtract, self.integer_below(3));
                vec![Expr::Int(rounds), self.integer_below(4), step]
            }
        }
    }

    /// An integer from 0 up to, but not including, `end`.
    fn integer_below(&mut self, end: i64) -> Expr {
        let integer = self.integer(1).expr;
        Expr::binary(integer, BinaryOperator::Remainder, Expr::Int(end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edge_ranges_stay_within_63_bits_and_go_round_a_few_times() {
        for [start, stop, step] in EDGE_RANGES {
            assert!([start, stop].iter().all(|edge| (-LAST - 1..=LAST).contains(edge)));
            let (start, stop, step) = (i128::from(start), i128::from(stop), i128::from(step));
            let rounds = (0..).take_while(|round| {
                let number = start + round * step;
                if step > 0 { number < stop } else { number > stop }
            });
            assert!((1..=EDGE_ROUNDS as usize).contains(&rounds.take(10).count()));
        }
    }
}
