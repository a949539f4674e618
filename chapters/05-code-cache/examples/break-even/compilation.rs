//! How long it takes to compile a function at its first call, as it happens: the stub,
//! the cache, the linker and the memory. Chapter 5 of the book, "Payoff".

use std::sync::Arc;

use ch01_bytecode_vm::{CodeId, Program, Vm};
use ch04_executable_memory::Arena;
use ch04_executable_memory::driver::arena;
use ch05_code_cache::{Jit, When};

use super::engines::{Engines, Refusal, finish};
use super::laps::Laps;
use super::marks::Marks;
use super::subject::Subject;
use super::text::{copies, find};

/// How many copies of the function are compiled, one after the other.
pub(super) const COPIES: usize = 100;

/// Of how many times a figure is the median.
pub(super) const TIMES: usize = 15;

/// Measures one function.
#[derive(Debug)]
pub(super) struct Compilation {
    program: Arc<Program>,
    copies: Vec<CodeId>,
    /// An arena that had all the code before.
    warm: Arc<Arena>,
    /// How many instructions the function has.
    pub(super) bytecodes: usize,
    /// How many bytes of code.
    pub(super) bytes: usize,
}

/// What compiling one function takes, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cost {
    /// By the cache's own watch.
    pub(super) told: f64,
    /// From outside: by how much longer the first call takes than the second one.
    pub(super) whole: f64,
}

/// The same in memory that had other code before, and in memory that is new.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Costs {
    pub(super) warm: Cost,
    pub(super) cold: Cost,
}

impl Compilation {
    /// Gets all ready for a function.
    ///
    /// # Errors
    /// When there is no memory.
    pub(super) fn new(engines: &Engines, subject: &Subject) -> Result<Compilation, Refusal> {
        let program = copies(subject, COPIES);
        let copies: Vec<CodeId> =
            (0..COPIES).map(|number| find(&program, &subject.copy_name(number))).collect();
        let bytecodes = program.code(copies[0]).instructions.len();
        let mut compilation = Compilation { program, copies, warm: arena(), bytecodes, bytes: 0 };
        let (engine, _) = compilation.run(engines, &compilation.warm)?;
        compilation.bytes = engine.function_statistics(compilation.copies[0]).bytes;
        Ok(compilation)
    }

    /// Measures once.
    ///
    /// # Errors
    /// When there is no memory.
    pub(super) fn measure(&self, engines: &Engines) -> Result<Costs, Refusal> {
        let mut figures: [Laps; 4] = Default::default();
        for _ in 0..TIMES {
            let (warm, cold) = (self.cost(engines, &self.warm)?, self.cost(engines, &arena())?);
            let costs = [warm.told, warm.whole, cold.told, cold.whole];
            figures.iter_mut().zip(costs).for_each(|(laps, cost)| laps.add(cost));
        }
        let [warm, warm_whole, cold, cold_whole] = figures.map(|laps| laps.median());
        Ok(Costs {
            warm: Cost { told: warm, whole: warm_whole },
            cold: Cost { told: cold, whole: cold_whole },
        })
    }

    /// Compiles all copies once.
    fn cost(&self, engines: &Engines, arena: &Arc<Arena>) -> Result<Cost, Refusal> {
        let (engine, nanoseconds) = self.run(engines, arena)?;
        let own = |&copy: &CodeId| engine.function_statistics(copy).compile_time.as_nanos();
        let told = self.copies.iter().map(own).sum::<u128>() as f64;
        let each = |sum| sum / COPIES as f64;
        Ok(Cost { told: each(told), whole: each(nanoseconds) })
    }

    /// Runs the program. Returns by how many nanoseconds the first calls took longer than
    /// the second ones.
    fn run(&self, engines: &Engines, arena: &Arc<Arena>) -> Result<(Jit, f64), Refusal> {
        let mut engine = engines.engine(&self.program, arena, When::Lazy)?;
        let mut marks = Marks::with_capacity(3);
        let mut vm = Vm::new(Arc::clone(&self.program), &mut marks, true)?;
        finish(&mut engine, &mut vm);
        drop(vm);
        let &[start, first, second] = marks.times() else {
            panic!("the program prints three lines");
        };
        let nanoseconds = |from, to: std::time::Instant| to.duration_since(from).as_nanos() as f64;
        Ok((engine, nanoseconds(start, first) - nanoseconds(first, second)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::subject::SUBJECTS;
    use super::*;

    #[test]
    fn each_copy_is_compiled_once_at_the_first_of_two_calls() {
        let engines = Engines::load().unwrap();
        for subject in &SUBJECTS {
            let compilation = Compilation::new(&engines, subject).unwrap();
            let (engine, _) = compilation.run(&engines, &arena()).unwrap();
            for &copy in &compilation.copies {
                let facts = engine.function_statistics(copy);
                assert_eq!((facts.compiled, facts.visits), (1, 1), "{}", subject.label());
                assert_eq!(facts.bytes, compilation.bytes);
            }
        }
    }
}
