//! When compiling has paid: what the compiler takes, over what each execution gains.
//! Chapter 5 of the book, "Payoff".

use super::compilation::{Compilation, Costs};
use super::engines::{Engines, Refusal};
use super::execution::{Execution, Times, count_instructions};
use super::laps::Laps;
use super::subject::{SUBJECTS, Subject};

/// All that is measured of one function.
#[derive(Debug)]
pub(super) struct Balance {
    pub(super) subject: &'static Subject,
    pub(super) facts: Facts,
    pub(super) figures: Figures,
}

/// What is the same in every round.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts {
    /// How many instructions the function has.
    pub(super) bytecodes: usize,
    /// How many of them one execution is.
    pub(super) executed: usize,
    /// How many bytes of code it has.
    pub(super) bytes: usize,
}

/// What is not. All times are in nanoseconds.
#[derive(Debug, Default)]
pub(super) struct Figures {
    /// One execution.
    pub(super) interpreted: Laps,
    pub(super) compiled: Laps,
    /// Compiling, where there was other code before.
    pub(super) warm: Compiling,
    /// The same in new memory.
    pub(super) cold: Compiling,
}

/// What it takes to compile the function.
#[derive(Debug, Default)]
pub(super) struct Compiling {
    /// By the cache's own watch.
    pub(super) told: Laps,
    /// From outside.
    pub(super) whole: Laps,
    /// After how many executions that has paid, each round by itself.
    pub(super) paid_after: Laps,
}

impl Figures {
    pub(super) fn add(&mut self, times: Times, costs: Costs) {
        self.interpreted.add(times.interpreted);
        self.compiled.add(times.compiled);
        for (figures, cost) in [(&mut self.warm, costs.warm), (&mut self.cold, costs.cold)] {
            figures.told.add(cost.told);
            figures.whole.add(cost.whole);
            figures.paid_after.add(executions_until_paid(cost.whole, times));
        }
    }
}

/// After how many executions compiling has paid, the last one as a whole; infinity, if it
/// never does.
fn executions_until_paid(compiling: f64, Times { interpreted, compiled }: Times) -> f64 {
    let gain = interpreted - compiled;
    if gain > 0.0 { (compiling / gain).ceil() } else { f64::INFINITY }
}

/// Measures all functions, in so many rounds.
///
/// # Errors
/// When there is no memory.
pub(super) fn measure(engines: &Engines, rounds: usize) -> Result<Vec<Balance>, Refusal> {
    let scales: Result<Vec<Scales>, Refusal> =
        SUBJECTS.iter().map(|subject| Scales::new(engines, subject)).collect();
    let mut scales = scales?;
    for _ in 0..rounds {
        for scales in &mut scales {
            let (times, costs) =
                (scales.execution.measure()?, scales.compilation.measure(engines)?);
            scales.balance.figures.add(times, costs);
        }
    }
    Ok(scales.into_iter().map(|scales| scales.balance).collect())
}

/// What a function is measured with, and what has come of it.
struct Scales {
    execution: Execution,
    compilation: Compilation,
    balance: Balance,
}

impl Scales {
    fn new(engines: &Engines, subject: &'static Subject) -> Result<Scales, Refusal> {
        let compilation = Compilation::new(engines, subject)?;
        let Compilation { bytecodes, bytes, .. } = compilation;
        let facts = Facts { bytecodes, executed: count_instructions(subject)?, bytes };
        let balance = Balance { subject, facts, figures: Figures::default() };
        Ok(Scales { execution: Execution::new(engines, subject)?, compilation, balance })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compiling_has_paid_when_the_gains_are_as_large_as_its_cost() {
        let paid =
            |interpreted, compiled| executions_until_paid(1000.0, Times { interpreted, compiled });
        assert_eq!(paid(60.0, 20.0), 25.0);
        assert_eq!(paid(50.0, 20.0), 34.0);
        assert_eq!(paid(5000.0, 20.0), 1.0);
    }

    #[test]
    fn what_gains_nothing_never_pays() {
        for compiled in [20.0, 21.0] {
            let times = Times { interpreted: 20.0, compiled };
            assert_eq!(executions_until_paid(1000.0, times), f64::INFINITY);
        }
    }

    #[test]
    fn all_functions_are_measured_in_every_round() {
        let balances = measure(&Engines::load().unwrap(), 1).unwrap();
        assert_eq!(balances.len(), SUBJECTS.len());
        for Balance { subject, facts, figures } in balances {
            assert!(facts.executed >= 3 && facts.bytes > facts.bytecodes, "{facts:?}");
            assert_eq!(figures.cold.paid_after.all().len(), 1, "{}", subject.name);
        }
    }
}
