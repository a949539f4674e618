//! This chapter on the bench: its stages and engines, and how it is switched. Chapter 5
//! of the book, "Switches".

use std::io;
use std::sync::Arc;

use ch00_workbench::{
    About, Compiler, Console, Ending, EngineName, Feature, Listing, Machine, Refusal, RunOptions,
    Setting, Source, Stage, Switch, View,
};
use ch01_bytecode_vm::{JitError, Program, listing, load, refuse_jit};
use ch02_stencils::driver::{BYTECODE, INTERPRETER, OBSTACLE, SOURCE, run_hopping};
use ch03_relocations::driver::{HOLES, STENCIL_VIEW, STENCILS, stencils, view_stencil};
use ch03_relocations::listing as stencil_listing;
use ch04_executable_memory::driver::{
    FEATURES, MEMORY, PERF_MAP_SWITCH, engine as earlier_engine, fall_back,
};

use super::focus::Focus;
use super::options::{JitOptions, SETTINGS, STATS, SWITCHES, VARIATIONS};
use super::{Jit, WatchedJit, jit, show, show_some, timed};

/// Chapter 5: a cache of compiled code.
#[derive(Clone, Copy, Debug, Default)]
pub struct CachingJit;

impl Machine for CachingJit {
    type Loaded = Arc<Program>;

    fn about(&self) -> About {
        About {
            title: "Chapter 5: a code cache",
            summary: "A function is compiled when it is first called, and kept for later calls while there is room.",
            demo: ("demo.py", include_str!("../../../01-bytecode-vm/demo.py")),
        }
    }

    fn stages(&self) -> &'static [Stage] {
        &[
            SOURCE,
            BYTECODE,
            STENCILS,
            HOLES,
            Stage {
                name: "code",
                summary: "the bytes that the JIT links them to",
                tour_lines: 10,
                runs_program: false,
            },
            Stage { tour_lines: 0, ..MEMORY },
            Stage {
                name: "stats",
                summary: "what the cache has done",
                tour_lines: 8,
                runs_program: true,
            },
        ]
    }

    fn engines(&self) -> &'static [EngineName] {
        &[
            INTERPRETER,
            EngineName {
                name: "interpreter-c",
                summary: "chapter 2's: the C of the stencils, with a table for jumps",
                obstacle: OBSTACLE,
                inherited: true,
            },
            EngineName {
                name: "jit-arena",
                summary: "chapter 4's: all functions, compiled before the start",
                obstacle: OBSTACLE,
                inherited: true,
            },
            EngineName {
                name: "jit",
                summary: "functions from a cache; what has no code is interpreted, in C",
                obstacle: OBSTACLE,
                inherited: false,
            },
        ]
    }

    fn features(&self) -> &'static [Feature] {
        &FEATURES
    }

    fn settings(&self) -> &'static [Setting] {
        &SETTINGS
    }

    fn switches(&self) -> &'static [Switch] {
        &[SWITCHES[0], SWITCHES[1], PERF_MAP_SWITCH]
    }

    fn variations(&self) -> &'static [&'static [&'static str]] {
        &VARIATIONS
    }

    fn has_compact_tour(&self) -> bool {
        true
    }

    fn excerpt(
        &self,
        program: &Arc<Program>,
        stage: &str,
        options: &RunOptions,
    ) -> Result<Option<Listing>, Refusal> {
        if stage == "stats" {
            return count(program, options).map(|all| Some(head_and_sums(&all)));
        }
        let list = |code, instructions| show_some(program, options, code, instructions);
        Focus::of(program).excerpt(stage, list, options)
    }

    fn load(&self, source: Source) -> Result<Arc<Program>, Refusal> {
        load(source)
    }

    fn show(
        &self,
        program: &Arc<Program>,
        stage: &str,
        options: &RunOptions,
    ) -> Result<Listing, Refusal> {
        match stage {
            "source" => Ok(Listing::from_text(program.source().text())),
            "bytecode" => Ok(listing::bytecode(program)),
            "stencils" => Ok(stencil_listing::stencils(stencils(options)?.library())),
            "holes" => Ok(stencil_listing::holes(stencils(options)?.library())),
            "code" | "memory" => show(program, options, stage),
            "stats" => count(program, options),
            _ => unreachable!("the bench asks for stages that it was told of"),
        }
    }

    fn views(&self) -> &'static [View] {
        &[STENCIL_VIEW]
    }

    fn view(
        &self,
        _view: &str,
        name: &str,
        options: &RunOptions,
        _width: Option<usize>,
    ) -> Result<String, Refusal> {
        view_stencil(name, options)
    }

    fn compiler<'a>(
        &self,
        programs: &'a [Arc<Program>],
        options: &RunOptions,
    ) -> Result<Option<Box<dyn Compiler + 'a>>, Refusal> {
        if options.engine != "jit" {
            return Ok(None);
        }
        Ok(Some(Box::new(timed(programs, options)?)))
    }

    fn run(
        &self,
        program: &Arc<Program>,
        options: &RunOptions,
        console: Console<'_>,
    ) -> Result<Ending, Refusal> {
        if options.engine != "jit" {
            if options.wants(STATS) {
                // If it cannot be written, there is nobody left to tell.
                let _ = writeln!(
                    console.err,
                    "no statistics: the engine `{}` has no cache",
                    options.engine
                );
            }
            let options = &as_earlier(options);
            let engine = earlier_engine(program, options, console.err)?;
            return Ok(run_hopping(engine, program, options, console));
        }
        match jit(program, options, JitOptions::new(options))? {
            Ok(jit) => Ok(run_jit(jit, program, options, console)),
            Err(error) => {
                let engine = fall_back(error, console.err)?;
                Ok(run_hopping(engine, program, options, console))
            }
        }
    }
}

/// The options under which chapter 4 knows one of its engines.
fn as_earlier(options: &RunOptions) -> RunOptions {
    let engine = if options.engine == "jit-arena" { "jit" } else { &options.engine };
    RunOptions { engine: engine.to_owned(), ..options.clone() }
}

/// Runs a program, and says what is to be said about the cache.
fn run_jit(jit: Jit, program: &Arc<Program>, options: &RunOptions, console: Console<'_>) -> Ending {
    let Console { out, is_terminal, err } = console;
    let console = Console { out, is_terminal, err: &mut *err };
    let cache = jit.view();
    let engine = Box::new(WatchedJit::new(jit));
    let ending = run_hopping(engine, program, options, console);
    // If this cannot be written, there is nobody left to tell.
    if let Some(JitError::Memory { bytes, reason }) = cache.take_trouble() {
        let _ = writeln!(
            err,
            "no executable memory for {bytes} bytes of code: {reason}; \
             what has no code was interpreted"
        );
    }
    if options.wants(STATS) {
        let _ = write!(err, "{}", cache.listing());
    }
    ending
}

/// The functions that are called most, and the sums, which are the last lines.
fn head_and_sums(all: &Listing) -> Listing {
    const SUMS: usize = 4;
    const FUNCTIONS: usize = 3;
    let functions = all.lines.len() - SUMS;
    let head = all.lines[..functions.min(1 + FUNCTIONS)].iter();
    let lines = head.chain(&all.lines[functions..]).cloned().collect();
    Listing { lines, ..Listing::default() }
}

/// Runs a program for its counts; what it prints is thrown away.
fn count(program: &Arc<Program>, options: &RunOptions) -> Result<Listing, Refusal> {
    let counting = JitOptions { counts_calls: true, ..JitOptions::new(options) };
    let jit = jit(program, options, counting)?.map_err(refuse_jit)?;
    let console = Console { out: &mut io::sink(), is_terminal: false, err: &mut io::sink() };
    let cache = jit.view();
    run_hopping(Box::new(WatchedJit::new(jit)), program, options, console);
    Ok(cache.listing())
}
