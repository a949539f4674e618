//! This chapter on the bench: its stages and engines.

use std::sync::Arc;

use ch00_workbench::{
    About, Compiler, Console, Ending, EngineName, Feature, Listing, Machine, Refusal, RunOptions,
    Source, Stage, View,
};
use ch01_bytecode_vm::{Engine, Program, listing, load, refuse_jit};
use ch02_stencils::driver::{
    BYTECODE, Build, INTERPRETER, OBSTACLE, Objects, SOURCE, engine as earlier_engine,
    find_c_source, run_hopping,
};

use super::stencils::Stencils;
use super::{Jit, TimedCompiler};
use crate::mechanism::layout::{Peephole, Peepholes};
use crate::mechanism::listing as stencil_listing;

/// The stage that shows the stencils, here and in later chapters.
pub const STENCILS: Stage = Stage {
    name: "stencils",
    summary: "what there is to copy, hot and cold",
    tour_lines: 12,
    runs_program: false,
};

/// The one that shows their holes.
pub const HOLES: Stage = Stage {
    name: "holes",
    summary: "what there is to patch, and how it is computed",
    tour_lines: 0,
    runs_program: false,
};

/// The view of one stencil.
pub const STENCIL_VIEW: View = View {
    flag: "stencil",
    value_name: "NAME",
    summary: "Shows a stencil: C source, machine code as Clang lays it out, and as the linker does",
};

/// Chapter 3: relocations, and a linker that owns the layout.
#[derive(Clone, Copy, Debug, Default)]
pub struct LinkedJit;

impl Machine for LinkedJit {
    type Loaded = Arc<Program>;

    fn about(&self) -> About {
        About {
            title: "Chapter 3: every relocation",
            summary: "A linker of our own decides where each block of a stencil lies, so that most code runs on instead of jumping.",
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
                name: "jit-large",
                summary: "chapter 2's: stencils with holes of 8 bytes, one behind the other",
                obstacle: OBSTACLE,
                inherited: true,
            },
            EngineName {
                name: "jit",
                summary: "stencils whose blocks the linker has laid out",
                obstacle: OBSTACLE,
                inherited: false,
            },
        ]
    }

    fn features(&self) -> &'static [Feature] {
        &FEATURES
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
            "code" => Ok(compile(program, options)?.listing()),
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
        let compiler = TimedCompiler::new(programs, Arc::new(stencils(options)?));
        Ok(Some(Box::new(compiler.map_err(refuse_jit)?)))
    }

    fn run(
        &self,
        program: &Arc<Program>,
        options: &RunOptions,
        console: Console<'_>,
    ) -> Result<Ending, Refusal> {
        Ok(run_hopping(engine(program, options)?, program, options, console))
    }
}

/// The engine that the options ask for, one of [`LinkedJit::engines`].
///
/// # Errors
/// A [`Refusal`] when its code cannot be had or not be run here.
///
/// # Panics
/// When there is no engine with this name.
pub fn engine(program: &Arc<Program>, options: &RunOptions) -> Result<Box<dyn Engine>, Refusal> {
    match options.engine.as_str() {
        "jit" => Ok(Box::new(compile(program, options)?)),
        "jit-large" => earlier_engine("jit", program),
        inherited => earlier_engine(inherited, program),
    }
}

/// What [`STENCIL_VIEW`] shows.
///
/// # Errors
/// When there is no such stencil, or no stencils.
pub fn view_stencil(name: &str, options: &RunOptions) -> Result<String, Refusal> {
    let after = stencils(options)?;
    let Some(id) = after.library().find(name) else {
        let known = after.library().iter().map(|(_, stencil)| stencil.name.as_str());
        return Err(Refusal::no_such_name("stencil", name, known, "--show stencils"));
    };
    let before = load_stencils(Peepholes::NONE)?;
    let before = stencil_listing::code_of(before.library(), id);
    let after = stencil_listing::code_of(after.library(), id);
    let source = find_c_source(Build::JitLarge, name);
    let source = source.map(|it| format!("{}:{}\n\n{}\n\n", it.file, it.line, it.text));
    let source = source.unwrap_or_default();
    Ok(format!(
        "{source}As Clang writes it, in blocks:\n\n{before}\nAs the linker has it:\n\n{after}"
    ))
}

/// What `--without` takes.
pub const FEATURES: [Feature; 5] = [
    feature(Peephole::FallThrough, "a jump to what comes next anyway is left out"),
    feature(Peephole::InvertedBranches, "a branch over a jump becomes the opposite branch"),
    feature(Peephole::ThreadedJumps, "a jump to a jump goes where that one goes"),
    feature(Peephole::ColdStream, "blocks that are hardly ever executed lie behind all others"),
    feature(Peephole::ShortJumps, "a jump within a stencil has one byte of distance if it can"),
];

const fn feature(peephole: Peephole, summary: &'static str) -> Feature {
    Feature { name: peephole.name(), summary }
}

fn peepholes(options: &RunOptions) -> Peepholes {
    let off = Peephole::ALL.into_iter().filter(|peephole| !options.has(peephole.name()));
    off.fold(Peepholes::ALL, Peepholes::without)
}

/// Compiles a program to machine code.
fn compile(program: &Arc<Program>, options: &RunOptions) -> Result<Jit, Refusal> {
    Jit::new(Arc::clone(program), Arc::new(stencils(options)?)).map_err(refuse_jit)
}

/// The stencils, laid out as the options want it.
///
/// # Errors
/// A [`Refusal`] when there are none that can be used.
pub fn stencils(options: &RunOptions) -> Result<Stencils, Refusal> {
    load_stencils(peepholes(options))
}

fn load_stencils(peepholes: Peepholes) -> Result<Stencils, Refusal> {
    let stencils = Stencils::load(&Objects::from_environment(), peepholes);
    stencils.map_err(|error| Refusal { message: error.to_string(), status: 1 })
}
