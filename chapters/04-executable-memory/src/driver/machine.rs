//! This chapter on the bench: its stages and engines.

use std::io::Write;
use std::sync::Arc;

use ch00_workbench::{
    About, Compiler, Console, Ending, EngineName, Feature, Listing, Machine, Refusal, RunOptions,
    Source, Stage, Switch, View,
};
use ch01_bytecode_vm::{Engine, Interpreter, JitError, Program, listing, load, refuse_jit};
use ch02_stencils::driver::{BYTECODE, INTERPRETER, OBSTACLE, SOURCE, run_hopping};
use ch03_relocations::driver::{
    FEATURES as PEEPHOLES, HOLES, STENCIL_VIEW, STENCILS, engine as earlier_engine, stencils,
    view_stencil,
};
use ch03_relocations::listing as stencil_listing;

use super::{Jit, Memory, TimedCompiler};

/// The feature of writing code at another address.
pub(super) const DUAL_MAPPING: &str = "dual-mapping";

/// The feature of having code near the runtime.
pub(super) const NEAR_PLACEMENT: &str = "near-placement";

/// The switch for a file that `perf` reads.
pub(super) const PERF_MAP: &str = "perf-map";

/// The stage that shows where code lies, here and in later chapters.
pub const MEMORY: Stage = Stage {
    name: "memory",
    summary: "where the code lies in the arena, and what lies beside it",
    tour_lines: 12,
    runs_program: false,
};

/// The switch for `perf`.
pub const PERF_MAP_SWITCH: Switch = Switch {
    flag: PERF_MAP,
    summary: "Write the names of all code to /tmp/perf-PID.map, for perf; pages are flipped",
    variable: None,
};

/// Chapter 4: executable memory.
#[derive(Clone, Copy, Debug, Default)]
pub struct ArenaJit;

impl Machine for ArenaJit {
    type Loaded = Arc<Program>;

    fn about(&self) -> About {
        About {
            title: "Chapter 4: executable memory",
            summary: "All code lies in one arena near the runtime: writable or executable, never both.",
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
                summary: "what the JIT links bytecode and stencils to",
                tour_lines: 24,
                runs_program: false,
            },
            MEMORY,
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
                name: "jit-mapped",
                summary: "chapter 3's: a mapping for each function",
                obstacle: OBSTACLE,
                inherited: true,
            },
            EngineName {
                name: "jit",
                summary: "the same code in an arena",
                obstacle: OBSTACLE,
                inherited: false,
            },
        ]
    }

    fn features(&self) -> &'static [Feature] {
        &FEATURES
    }

    fn switches(&self) -> &'static [Switch] {
        &[PERF_MAP_SWITCH]
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
            "code" => Ok(compile(program, options)?.map_err(refuse_jit)?.listing()),
            "memory" => Ok(compile(program, options)?.map_err(refuse_jit)?.memory_listing()),
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
        let compiler =
            TimedCompiler::new(programs, Arc::new(stencils(options)?), Memory::new(options)?);
        Ok(Some(Box::new(compiler.map_err(refuse_jit)?)))
    }

    fn run(
        &self,
        program: &Arc<Program>,
        options: &RunOptions,
        console: Console<'_>,
    ) -> Result<Ending, Refusal> {
        let engine = engine(program, options, console.err)?;
        Ok(run_hopping(engine, program, options, console))
    }
}

/// What `--without` takes.
pub const FEATURES: [Feature; 7] = [
    Feature {
        name: DUAL_MAPPING,
        summary: "code has a second address to be written at; without: pages are flipped",
    },
    Feature {
        name: NEAR_PLACEMENT,
        summary: "code lies near the runtime; without: anywhere, and calls need veneers",
    },
    PEEPHOLES[0],
    PEEPHOLES[1],
    PEEPHOLES[2],
    PEEPHOLES[3],
    PEEPHOLES[4],
];

/// The engine that the options ask for, one of [`ArenaJit::engines`]; `err` is told if it
/// is another one, for want of memory.
///
/// # Errors
/// A [`Refusal`] when its code cannot be had or not be run here.
///
/// # Panics
/// When there is no engine with this name.
pub fn engine(
    program: &Arc<Program>,
    options: &RunOptions,
    err: &mut dyn Write,
) -> Result<Box<dyn Engine>, Refusal> {
    match options.engine.as_str() {
        "jit" => {
            let stencils = Arc::new(stencils(options)?);
            let jit = Memory::new(options)?.engine(Arc::clone(program), stencils);
            jit.or_else(|error| fall_back(error, err))
        }
        "jit-mapped" => {
            let options = RunOptions { engine: "jit".to_owned(), ..options.clone() };
            earlier_engine(program, &options)
        }
        _ => earlier_engine(program, options),
    }
}

// ANCHOR: fall_back
/// The interpreter, where the system gives no memory for code; `err` is told why.
///
/// # Errors
/// A [`Refusal`] when it is not memory that is missing.
pub fn fall_back(error: JitError, err: &mut dyn Write) -> Result<Box<dyn Engine>, Refusal> {
    let JitError::Memory { bytes, reason } = error else { return Err(refuse_jit(error)) };
    // If it cannot be written, there is nobody left to tell.
    let _ = writeln!(
        err,
        "no executable memory for {bytes} bytes of code: {reason}; \
         the interpreter runs the program"
    );
    Ok(Box::new(Interpreter::<()>::default()))
}
// ANCHOR_END: fall_back

/// Compiles a program to machine code.
fn compile(program: &Arc<Program>, options: &RunOptions) -> Result<Result<Jit, JitError>, Refusal> {
    let stencils = Arc::new(stencils(options)?);
    Ok(Memory::new(options)?.compile(Arc::clone(program), stencils))
}
