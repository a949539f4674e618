//! How long one execution of a function takes, in the interpreter and as code. It is
//! called in a loop that is interpreted both times, so that nothing is counted but what
//! compiling this function changes. Chapter 5 of the book, "Payoff".
#![expect(unsafe_code, reason = "throws the caller's code away")]

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use ch01_bytecode_vm::{CodeId, Engine, Exit, Program, Stepper, Vm};
use ch04_executable_memory::driver::arena;
use ch05_code_cache::{Jit, When};

use super::engines::{Engines, Refusal, finish};
use super::laps::Laps;
use super::subject::Subject;
use super::text::{REPEAT, calling, find, not_calling};

/// How long a loop runs at least: short, so that most of them are not interrupted by
/// another process.
const LOOP: Duration = Duration::from_micros(200);

/// Of how many loops a figure is the median.
pub(super) const LOOPS: usize = 15;

/// How often a loop runs to find out how often it should.
const TRIAL: u64 = 100;

/// Measures one function.
#[derive(Debug)]
pub(super) struct Execution {
    interpreted: Loop,
    compiled: Loop,
    /// The loop alone, which is subtracted.
    empty: Loop,
}

/// What one execution takes, in nanoseconds; the call and the return are part of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Times {
    pub(super) interpreted: f64,
    pub(super) compiled: f64,
}

impl Execution {
    /// Gets all ready for a function.
    ///
    /// # Errors
    /// When there is no memory.
    pub(super) fn new(engines: &Engines, subject: &Subject) -> Result<Execution, Refusal> {
        let calling = |times| calling(subject, times);
        Ok(Execution {
            interpreted: Loop::new(engines, &calling, subject.name, When::Off)?,
            compiled: Loop::new(engines, &calling, subject.name, When::Lazy)?,
            empty: Loop::new(engines, &not_calling, REPEAT, When::Off)?,
        })
    }

    /// Measures once.
    ///
    /// # Errors
    /// When there is no memory.
    pub(super) fn measure(&mut self) -> Result<Times, Refusal> {
        let [mut empty, mut interpreted, mut compiled] = [(); 3].map(|()| Laps::default());
        for _ in 0..LOOPS {
            empty.add(self.empty.time()?);
            interpreted.add(self.interpreted.time()?);
            compiled.add(self.compiled.time()?);
        }
        Ok(Times {
            interpreted: interpreted.median() - empty.median(),
            compiled: compiled.median() - empty.median(),
        })
    }
}

/// A program with a loop.
#[derive(Debug)]
struct Loop {
    program: Arc<Program>,
    times: u64,
    /// What the loop calls; if it calls nothing, the function that it is in.
    called: CodeId,
    when: When,
    engine: Jit,
}

impl Loop {
    /// The loop of such a program that runs long enough.
    fn new(
        engines: &Engines,
        text: &impl Fn(u64) -> Arc<Program>,
        called: &str,
        when: When,
    ) -> Result<Loop, Refusal> {
        let mut trial = Loop::with(engines, text(TRIAL), TRIAL, called, when)?;
        let times = (LOOP.as_nanos() as f64 / trial.time()?).max(2.0) as u64;
        Loop::with(engines, text(times), times, called, when)
    }

    fn with(
        engines: &Engines,
        program: Arc<Program>,
        times: u64,
        called: &str,
        when: When,
    ) -> Result<Loop, Refusal> {
        let engine = engines.engine(&program, &arena(), when)?;
        Ok(Loop { called: find(&program, called), program, times, when, engine })
    }

    /// The nanoseconds that one time around takes.
    fn time(&mut self) -> Result<f64, Refusal> {
        let mut out = io::sink();
        let mut vm = Vm::new(Arc::clone(&self.program), &mut out, false)?;
        self.run_to_the_call(&mut vm);
        let start = Instant::now();
        finish(&mut self.engine, &mut vm);
        let time = start.elapsed();
        let caller = self.engine.function_statistics(find(&self.program, REPEAT));
        assert!(!caller.has_code, "the caller has been interpreted");
        Ok(time.as_nanos() as f64 / self.times as f64)
    }

    /// Runs until the function has been entered for the first time, and by then has code
    /// if it will have any. From there on the caller has none: it is found where it waits
    /// for the function to return.
    fn run_to_the_call(&mut self, vm: &mut Vm<'_>) {
        vm.set_hand_over(|| true);
        loop {
            assert_eq!(self.engine.resume(vm), Exit::HandedOver, "it will be called");
            if vm.running_code() == self.called {
                break;
            }
        }
        // Nobody is asked at the next calls.
        vm.poll_cell().store(0, Ordering::Relaxed);
        if self.when == When::Lazy {
            // SAFETY: the VM has handed over, and only this engine has run it.
            let had_code = unsafe { self.engine.invalidate(find(&self.program, REPEAT), vm) };
            assert!(had_code, "the caller was compiled at its call");
        }
    }
}

/// How many instructions one execution is.
pub(super) fn count_instructions(subject: &Subject) -> Result<usize, Refusal> {
    let program = calling(subject, 1);
    let called = find(&program, subject.name);
    let mut out = io::sink();
    let mut vm = Vm::new(program, &mut out, false)?;
    let mut count = 0;
    while Stepper::new(|| 1).resume(&mut vm) == Exit::HandedOver {
        count += usize::from(vm.running_code() == called);
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::super::subject::SUBJECTS;
    use super::*;

    fn subject(label: &str) -> &'static Subject {
        SUBJECTS.iter().find(|subject| subject.label() == label).unwrap()
    }

    #[test]
    fn the_function_has_code_and_its_caller_has_none() {
        let engines = Engines::load().unwrap();
        let text = |times| calling(subject("polynomial(7)"), times);
        let mut compiled = Loop::with(&engines, text(3), 3, "polynomial", When::Lazy).unwrap();
        // `time` looks at the caller.
        compiled.time().unwrap();
        compiled.time().unwrap();
        let function = compiled.engine.function_statistics(compiled.called);
        assert_eq!((function.compiled, function.has_code), (1, true));
    }

    #[test]
    fn what_is_interpreted_is_never_compiled() {
        let engines = Engines::load().unwrap();
        let text = |times| calling(subject("fib(10)"), times);
        let mut interpreted = Loop::with(&engines, text(3), 3, "fib", When::Off).unwrap();
        interpreted.time().unwrap();
        assert_eq!(interpreted.engine.statistics().compiled, 0);
    }

    #[test]
    fn instructions_are_counted_as_often_as_they_are_executed() {
        let count = |label| count_instructions(subject(label)).unwrap();
        let length = |name, label| {
            let program = calling(subject(label), 1);
            program.code(find(&program, name)).instructions.len()
        };
        assert_eq!(count("polynomial(7)"), length("polynomial", "polynomial(7)"));
        assert!(count("classify(7)") * 5 < length("classify", "classify(7)"));
        assert_eq!(count("sum_below(1000)") - count("sum_below(5)"), 995 * 13);
    }
}
