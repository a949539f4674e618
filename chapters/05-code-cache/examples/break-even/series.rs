//! How much time has passed after so many executions: of a program with many functions,
//! few of which are called, in the interpreter, from a cache that compiles lazily or
//! eagerly, and, worked out from these, from one that waits. Chapter 5 of the book,
//! "Payoff".

use std::sync::Arc;
use std::time::Instant;

use ch01_bytecode_vm::{Program, Vm};
use ch04_executable_memory::driver::arena;
use ch05_code_cache::When;

use super::engines::{Engines, Refusal, finish};
use super::laps::Laps;
use super::marks::Marks;
use super::subject::SMALL;
use super::text::many;

/// How many functions there are, and how many of them are called.
pub(super) const FUNCTIONS: usize = 1000;
pub(super) const CALLED: usize = 10;

/// After how many executions of each of these one looks at the clock.
pub(super) const EXECUTIONS: [u64; 15] =
    [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000];

/// After how many calls a function is compiled by a cache that waits: about as in CPython
/// 3.13 and in 3.15.
pub(super) const WAITS: [u64; 2] = [16, 4000];

/// How many microseconds have passed at each of [`EXECUTIONS`].
pub(super) type Passed = [f64; EXECUTIONS.len()];

/// How many microseconds passed between each two of [`EXECUTIONS`]; the first stretch
/// begins when the program has been loaded. A process that comes in between makes one
/// stretch of one round longer, and not all that follow.
pub(super) type Stretches = [Laps; EXECUTIONS.len()];

/// All that is measured.
#[derive(Debug, Default)]
pub(super) struct Series {
    pub(super) interpreter: Stretches,
    pub(super) lazy: Stretches,
    pub(super) eager: Stretches,
}

impl Series {
    /// Measures so many rounds.
    ///
    /// # Errors
    /// When there is no memory.
    pub(super) fn measure(engines: &Engines, rounds: usize) -> Result<Series, Refusal> {
        let program = many(&SMALL, FUNCTIONS, CALLED, &EXECUTIONS);
        let mut series = Series::default();
        for _ in 0..rounds {
            add(&mut series.interpreter, run(engines, &program, When::Off)?);
            add(&mut series.lazy, run(engines, &program, When::Lazy)?);
            add(&mut series.eager, run(engines, &program, When::Eager)?);
        }
        Ok(series)
    }

    /// What would have passed with a cache that interprets a function `wait` times before
    /// it compiles it, and counts calls for nothing: as all that are called are called
    /// equally often, it would be the interpreter up to there, and lazy from there on.
    pub(super) fn waiting(&self, wait: u64) -> Passed {
        let (interpreter, lazy) = (medians(&self.interpreter), medians(&self.lazy));
        EXECUTIONS.map(|count| {
            let interpreted = at(&interpreter, count.min(wait));
            let compiled = at(&lazy, count.saturating_sub(wait)) - lazy[0];
            interpreted + compiled
        })
    }
}

/// What has passed by the medians of all stretches.
pub(super) fn medians(stretches: &Stretches) -> Passed {
    sums(stretches, Laps::median)
}

/// What has passed if each stretch is what `choose` says.
pub(super) fn sums(stretches: &Stretches, choose: impl Fn(&Laps) -> f64) -> Passed {
    let mut sum = 0.0;
    stretches.each_ref().map(|laps| {
        sum += choose(laps);
        sum
    })
}

/// What has passed after any number of executions: between two points it grows evenly.
fn at(passed: &Passed, count: u64) -> f64 {
    let next = EXECUTIONS.partition_point(|&point| point < count);
    let last = next.saturating_sub(1);
    if EXECUTIONS[next] == count {
        return passed[next];
    }
    let part = (count - EXECUTIONS[last]) as f64 / (EXECUTIONS[next] - EXECUTIONS[last]) as f64;
    passed[last] + part * (passed[next] - passed[last])
}

fn add(stretches: &mut Stretches, round: Vec<f64>) {
    assert_eq!(stretches.len(), round.len(), "the program prints a line at each point");
    stretches.iter_mut().zip(round).for_each(|(laps, lap)| laps.add(lap));
}

/// Runs the program in an arena of its own; returns the stretches.
fn run(engines: &Engines, program: &Arc<Program>, when: When) -> Result<Vec<f64>, Refusal> {
    let mut marks = Marks::with_capacity(EXECUTIONS.len());
    let start = Instant::now();
    let mut engine = engines.engine(program, &arena(), when)?;
    let mut vm = Vm::new(Arc::clone(program), &mut marks, true)?;
    finish(&mut engine, &mut vm);
    drop(vm);
    let starts = std::iter::once(&start).chain(marks.times());
    let stretches = starts.zip(marks.times());
    Ok(stretches.map(|(&from, &to)| (to - from).as_nanos() as f64 / 1e3).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_stretches_of_all_rounds_are_timed() {
        let series = Series::measure(&Engines::load().unwrap(), 2).unwrap();
        for stretches in [&series.interpreter, &series.lazy, &series.eager] {
            assert!(stretches.iter().all(|laps| laps.all().len() == 2));
        }
    }

    #[test]
    fn what_has_passed_is_the_sum_of_all_stretches() {
        let laps = |index| (0..3).map(|round| f64::from(index * (round + 1))).collect();
        let stretches: Stretches = std::array::from_fn(|index| laps(index as i32));
        assert_eq!(medians(&stretches)[..4], [0.0, 2.0, 6.0, 12.0]);
        assert_eq!(sums(&stretches, |laps| laps.spread().1)[..3], [0.0, 3.0, 9.0]);
    }

    #[test]
    fn some_functions_of_each_kind_are_called() {
        let program = many(&SMALL, FUNCTIONS, CALLED, &[0, 1]);
        let mut engine = Engines::load().unwrap().engine(&program, &arena(), When::Lazy).unwrap();
        let mut marks = Marks::with_capacity(2);
        let mut vm = Vm::new(Arc::clone(&program), &mut marks, true).unwrap();
        finish(&mut engine, &mut vm);
        let module_and_loop = 2;
        assert_eq!(engine.statistics().functions, CALLED + module_and_loop);
        for kind in &SMALL {
            let codes = (0..).map(ch01_bytecode_vm::CodeId).zip(program.codes());
            let mut its = codes.filter(|(_, code)| code.name.starts_with(kind.name));
            assert!(its.any(|(id, _)| engine.function_statistics(id).has_code), "{}", kind.name);
        }
    }

    /// A microsecond for an execution; ten to compile, which makes it ten times as fast.
    fn made_up() -> Series {
        let stretches = |start: f64, compiling: f64, each: f64| {
            std::array::from_fn(|index| {
                let count = |index: usize| EXECUTIONS[index] as f64;
                let stretch = match index {
                    0 => start,
                    1 => compiling + each,
                    _ => each * (count(index) - count(index - 1)),
                };
                [stretch].into_iter().collect()
            })
        };
        Series {
            interpreter: stretches(5.0, 0.0, 1.0),
            lazy: stretches(7.0, 10.0, 0.1),
            eager: Default::default(),
        }
    }

    #[test]
    fn who_waits_interprets_first_and_compiles_then() {
        let waiting = made_up().waiting(16);
        let at = |count| waiting[EXECUTIONS.iter().position(|&it| it == count).unwrap()];
        assert_eq!((at(0), at(10)), (5.0, 15.0));
        assert!((at(20) - (5.0 + 16.0 + 10.0 + 0.4)).abs() < 1e-9, "{waiting:?}");
        assert!((at(1000) - (5.0 + 16.0 + 10.0 + 98.4)).abs() < 1e-9, "{waiting:?}");
    }
}
