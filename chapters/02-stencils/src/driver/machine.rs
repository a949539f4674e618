//! This chapter on the bench: its stages and engines.

mod compiler;

use std::sync::Arc;

use ch00_workbench::{
    About, Compiler, Console, Ending, EngineName, Listing, Machine, Refusal, RunOptions, Source,
    Stage, View,
};
use ch01_bytecode_vm::{
    Engine, Interpreter, Program, Stepper, listing, load, refuse_jit, run_program,
};

use self::compiler::JitCompiler;
use super::objects::{Build, LoadError, Objects};
use super::sources;
use super::stencils::Stencils;
use super::symbol::symbol_table;
use super::{InterpreterC, Jit, OBSTACLE};
use crate::mechanism::{dissect, listing as stencil_listing};

/// How many instructions the interpreter executes at most before it hands back,
/// when engines take turns. The others go on from wherever that is.
const LONGEST_STEP: u32 = 12;

/// The first stage of every chapter's machine.
pub const SOURCE: Stage =
    Stage { name: "source", summary: "the program", tour_lines: 14, runs_program: false };

/// The second one.
pub const BYTECODE: Stage = Stage {
    name: "bytecode",
    summary: "what the compiler makes of it",
    tour_lines: 24,
    runs_program: false,
};

/// Chapter 1's interpreter, to be compared with.
pub const INTERPRETER: EngineName = EngineName {
    name: "interpreter",
    summary: "chapter 1's: a loop with a switch, in Rust",
    obstacle: None,
    inherited: true,
};

/// Chapter 2: stencils.
#[derive(Clone, Copy, Debug, Default)]
pub struct StencilJit;

impl Machine for StencilJit {
    type Loaded = Arc<Program>;

    fn about(&self) -> About {
        About {
            title: "Chapter 2: stencils",
            summary: "One C source per operation; Clang makes an interpreter of it, or stencils that a JIT copies and patches.",
            demo: ("demo.py", include_str!("../../../01-bytecode-vm/demo.py")),
        }
    }

    fn stages(&self) -> &'static [Stage] {
        &[
            SOURCE,
            BYTECODE,
            Stage {
                name: "stencils",
                summary: "what there is to copy",
                tour_lines: 12,
                runs_program: false,
            },
            Stage {
                name: "holes",
                summary: "what there is to patch",
                tour_lines: 0,
                runs_program: false,
            },
            Stage {
                name: "code",
                summary: "what the JIT makes of bytecode and stencils",
                tour_lines: 24,
                runs_program: false,
            },
        ]
    }

    fn engines(&self) -> &'static [EngineName] {
        &[
            INTERPRETER,
            EngineName {
                name: "interpreter-c",
                summary: "the C of the stencils; each operation jumps to the next through a table",
                obstacle: OBSTACLE,
                inherited: false,
            },
            EngineName {
                name: "jit",
                summary: "copies of stencils; each jumps to the next",
                obstacle: OBSTACLE,
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
        options: &RunOptions,
    ) -> Result<Listing, Refusal> {
        match stage {
            "source" => Ok(Listing::from_text(program.source().text())),
            "bytecode" => Ok(listing::bytecode(program)),
            "stencils" => Ok(stencil_listing::stencils(stencils(build(options))?.library())),
            "holes" => {
                let stencils = stencils(build(options))?;
                Ok(stencil_listing::holes(stencils.library(), &symbol_table()))
            }
            "code" => Ok(compile(program)?.listing()),
            _ => unreachable!("the bench asks for stages that it was told of"),
        }
    }

    fn views(&self) -> &'static [View] {
        &[View {
            flag: "stencil",
            value_name: "NAME",
            summary: "Shows a stencil: C source, bytes with holes, relocations, machine code",
        }]
    }

    fn view(
        &self,
        _view: &str,
        name: &str,
        options: &RunOptions,
        width: Option<usize>,
    ) -> Result<String, Refusal> {
        let stencils = stencils(build(options))?;
        let Some(id) = stencils.library().find(name) else {
            let known = stencils.library().iter().map(|(_, stencil)| stencil.name.as_str());
            let all = format!("--show stencils --engine {}", options.engine);
            return Err(Refusal::no_such_name("stencil", name, known, &all));
        };
        let source = sources::find(stencils.build(), name).ok_or_else(|| Refusal {
            message: format!("`{name}` is not in the C that this program was built with"),
            status: 1,
        })?;
        Ok(dissect(stencils.library(), &symbol_table(), id, &source, width))
    }

    fn compiler<'a>(
        &self,
        programs: &'a [Arc<Program>],
        options: &RunOptions,
    ) -> Result<Option<Box<dyn Compiler + 'a>>, Refusal> {
        if options.engine != "jit" {
            return Ok(None);
        }
        let stencils = Arc::new(stencils(Build::JitLarge)?);
        Ok(Some(Box::new(JitCompiler::new(programs, stencils))))
    }

    fn run(
        &self,
        program: &Arc<Program>,
        options: &RunOptions,
        console: Console<'_>,
    ) -> Result<Ending, Refusal> {
        Ok(run_hopping(engine(&options.engine, program)?, program, options, console))
    }
}

/// Runs a program with an engine, which takes turns with an interpreter if the
/// options say so.
pub fn run_hopping(
    engine: Box<dyn Engine>,
    program: &Arc<Program>,
    options: &RunOptions,
    console: Console<'_>,
) -> Ending {
    let mut engines = vec![engine];
    if let Some(seed) = options.hop {
        let mut random = fastrand::Rng::with_seed(seed);
        engines.push(Box::new(Stepper::new(move || random.u32(1..=LONGEST_STEP))));
    }
    run_program(program, &mut engines, options, console)
}

/// One of [`StencilJit::engines`], by name.
///
/// # Errors
/// A [`Refusal`] when its code cannot be had or not be run here.
///
/// # Panics
/// When there is no engine with this name.
pub fn engine(name: &str, program: &Arc<Program>) -> Result<Box<dyn Engine>, Refusal> {
    match name {
        "interpreter" => Ok(Box::new(Interpreter::<()>::default())),
        "interpreter-c" => {
            let stencils = stencils(Build::Interpreter)?;
            Ok(Box::new(InterpreterC::new(&stencils).map_err(refuse_jit)?))
        }
        "jit" => Ok(Box::new(compile(program)?)),
        _ => unreachable!("the bench asks for engines that it was told of"),
    }
}

/// Compiles a program to machine code.
fn compile(program: &Arc<Program>) -> Result<Jit, Refusal> {
    let stencils = Arc::new(stencils(Build::JitLarge)?);
    Jit::new(Arc::clone(program), stencils).map_err(refuse_jit)
}

/// The build that an engine runs; the newest one where it runs none.
fn build(options: &RunOptions) -> Build {
    match options.engine.as_str() {
        "interpreter-c" => Build::Interpreter,
        _ => Build::JitLarge,
    }
}

fn stencils(build: Build) -> Result<Stencils, Refusal> {
    let refusal = |error: LoadError| Refusal { message: error.to_string(), status: 1 };
    Objects::from_environment().load(build).map_err(refusal)
}
