//! This chapter on the bench: its stages and engines, and how a run ends.

use std::io::{ErrorKind, Write};
use std::sync::Arc;

use ch00_workbench::{
    About, Console, Ending, EngineName, Listing, Machine, Refusal, RunOptions, Source, Stage,
};

use crate::call_threading::{self, CallThreading, JitError};
use crate::code::Program;
use crate::compiler::compile;
use crate::engine::{Engine, run};
use crate::exception::{Exception, ExceptionClass};
use crate::interpreter::{Counts, Interpreter};
use crate::interrupt::InterruptGuard;
use crate::source::SourceText;
use crate::traceback::traceback;
use crate::vm::Vm;
use crate::{SourceError, listing};

/// The exit status when the last flush of standard output fails, as CPython's.
const FLUSH_FAILED: u8 = 120;

/// How likely a hop is, at each call and back edge: one in this many.
const HOP_EVERY: u32 = 3;

/// Chapter 1: the bytecode VM.
#[derive(Clone, Copy, Debug, Default)]
pub struct BytecodeVm;

impl Machine for BytecodeVm {
    type Loaded = Arc<Program>;

    fn about(&self) -> About {
        About {
            title: "Chapter 1: a bytecode VM",
            summary: "Python source becomes bytecode; an interpreter executes it, or the crudest JIT that works.",
            demo: ("demo.py", include_str!("../demo.py")),
        }
    }

    fn stages(&self) -> &'static [Stage] {
        &[
            Stage { name: "source", summary: "the program", tour_lines: 14, runs_program: false },
            Stage {
                name: "bytecode",
                summary: "what the compiler makes of it",
                tour_lines: 24,
                runs_program: false,
            },
            Stage {
                name: "code",
                summary: "what the JIT makes of that",
                tour_lines: 18,
                runs_program: false,
            },
            Stage {
                name: "opcodes",
                summary: "the instruction set",
                tour_lines: 0,
                runs_program: false,
            },
            Stage {
                name: "stats",
                summary: "how often each opcode is executed",
                tour_lines: 6,
                runs_program: true,
            },
        ]
    }

    fn engines(&self) -> &'static [EngineName] {
        &[
            EngineName {
                name: "interpreter",
                summary: "executes bytecode in a loop with a switch",
                obstacle: None,
                inherited: false,
            },
            EngineName {
                name: "jit",
                summary: "call threading: compiles each instruction to a call",
                obstacle: call_threading::OBSTACLE,
                inherited: false,
            },
        ]
    }

    fn load(&self, source: Source) -> Result<Arc<Program>, Refusal> {
        load(source)
    }

    fn show(
        &self,
        program: &Arc<Program>,
        stage: &str,
        _options: &RunOptions,
    ) -> Result<Listing, Refusal> {
        match stage {
            "source" => Ok(Listing::from_text(program.source().text())),
            "bytecode" => Ok(listing::bytecode(program)),
            "code" => Ok(compile_code(program)?.listing()),
            "opcodes" => Ok(listing::opcodes()),
            "stats" => count_instructions(program),
            _ => unreachable!("the bench asks for stages that it was told of"),
        }
    }

    fn run(
        &self,
        program: &Arc<Program>,
        options: &RunOptions,
        console: Console<'_>,
    ) -> Result<Ending, Refusal> {
        let mut engines = vec![engine(&options.engine, program)?];
        if options.hop.is_some() {
            engines.push(Box::new(Interpreter::<()>::default()));
        }
        Ok(run_program(program, &mut engines, options, console))
    }
}

/// One of [`BytecodeVm::engines`], by name.
fn engine(name: &str, program: &Arc<Program>) -> Result<Box<dyn Engine>, Refusal> {
    match name {
        "interpreter" => Ok(Box::new(Interpreter::<()>::default())),
        "jit" => Ok(Box::new(compile_code(program)?)),
        _ => unreachable!("the bench asks for engines that it was told of"),
    }
}

/// Compiles a program to machine code.
fn compile_code(program: &Arc<Program>) -> Result<CallThreading, Refusal> {
    CallThreading::new(Arc::clone(program)).map_err(refuse_jit)
}

/// What is printed when a program cannot be compiled to machine code.
#[must_use]
pub fn refuse_jit(error: JitError) -> Refusal {
    let message = match error {
        JitError::Memory { ref reason, .. } if reason.kind() == ErrorKind::OutOfMemory => {
            format!("MemoryError: {error}")
        }
        _ => error.to_string(),
    };
    Refusal { message, status: 1 }
}

/// Compiles a source for the bench: errors become what is printed for them.
///
/// # Errors
/// A refusal with status 1 when the source is no program of the language.
pub fn load(source: Source) -> Result<Arc<Program>, Refusal> {
    let refusal = |message| Refusal { message, status: 1 };
    let name = source.name.clone();
    let text = SourceText::decode(source.name, source.text)
        .map_err(|error: SourceError| refusal(error.encoding_report(&name)))?;
    compile(text).map(Arc::new).map_err(|(text, error)| refusal(error.report(&text)))
}

/// Runs a program as CPython would: prints its traceback, flushes its output,
/// heeds Ctrl-C.
pub fn run_program(
    program: &Arc<Program>,
    engines: &mut [Box<dyn Engine>],
    options: &RunOptions,
    console: Console<'_>,
) -> Ending {
    let mut vm = match Vm::new(Arc::clone(program), console.out, console.is_terminal) {
        Ok(vm) => vm,
        Err(error) => {
            say(console.err, &format!("MemoryError: {error}\n"));
            return Ending::Status(1);
        }
    };
    if let Some(seed) = options.hop {
        let mut random = fastrand::Rng::with_seed(seed);
        vm.set_hand_over(move || random.u32(..HOP_EVERY) == 0);
    }
    let _guard = InterruptGuard::new(&vm);

    let ran = run(&mut vm, engines);
    // What was printed comes before the traceback, also where both go to one file.
    let flushed = vm.flush();
    let mut ending = Ending::Status(0);
    if ran.is_err() {
        say(console.err, &traceback(&vm));
        let interrupted = is_interrupt(vm.exception());
        ending = if interrupted { Ending::Interrupted } else { Ending::Status(1) };
    }
    if let Err(error) = flushed {
        let error = Exception::from_io(&error);
        say(console.err, &format!("Exception ignored on flushing sys.stdout:\n{error}\n"));
        ending = if ending == Ending::Interrupted { ending } else { Ending::Status(FLUSH_FAILED) };
    }
    ending
}

fn is_interrupt(exception: Option<&Exception>) -> bool {
    exception.is_some_and(|exception| exception.class == ExceptionClass::KeyboardInterrupt)
}

/// Writes to standard error; if that fails, there is nobody left to tell.
fn say(err: &mut dyn Write, text: &str) {
    let _ = err.write_all(text.as_bytes());
}

/// Runs a program for its counts; what it prints is thrown away.
fn count_instructions(program: &Arc<Program>) -> Result<Listing, Refusal> {
    let mut sink = std::io::sink();
    let mut vm = Vm::new(Arc::clone(program), &mut sink, false)
        .map_err(|error| Refusal { message: format!("MemoryError: {error}"), status: 1 })?;
    let mut interpreter = Interpreter { observer: Counts::default() };
    interpreter.resume(&mut vm);
    Ok(listing::statistics(&interpreter.observer))
}
