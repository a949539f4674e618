//! The JIT as the command line wants it: to run, to be shown, and to be timed. Chapter 5
//! of the book, "Switches" and "Payoff".

use std::ops::Range;
use std::sync::Arc;

use ch00_workbench::{Listing, Refusal, RunOptions};
use ch01_bytecode_vm::{CodeId, JitError, Program, refuse_jit};
use ch02_stencils::driver::Objects;
use ch03_relocations::driver::stencils;
use ch04_executable_memory::driver::{list_memory, options_from};
use ch04_executable_memory::{Arena, SystemPages};

use super::jit::Jit;
use super::templates::Templates;
use super::timed::TimedCompiler;
use crate::driver::options::{JitOptions, When};

/// Reads what there is to copy.
fn templates(options: &RunOptions) -> Result<Arc<Templates>, Refusal> {
    let templates = Templates::with_stencils(&Objects::from_environment(), stencils(options)?);
    templates.map(Arc::new).map_err(|message| Refusal { message, status: 1 })
}

/// An engine for a program, in an arena of its own.
///
/// # Errors
/// A [`Refusal`] when there is nothing to copy; an error when there is no memory.
pub(crate) fn jit(
    program: &Arc<Program>,
    options: &RunOptions,
    jit_options: JitOptions,
) -> Result<Result<Jit, JitError>, Refusal> {
    let arena = Arena::new(Arc::new(SystemPages), options_from(options)?);
    Ok(Jit::new(Arc::clone(program), templates(options)?, arena, jit_options))
}

/// Lists all code of a program, or the memory that it lies in.
pub(crate) fn show(
    program: &Arc<Program>,
    options: &RunOptions,
    stage: &str,
) -> Result<Listing, Refusal> {
    let jit = all_compiled(program, options)?;
    Ok(match stage {
        "memory" => list_memory(&jit.arena()),
        _ => jit.listing(),
    })
}

/// Lists the hot code of some instructions.
pub(crate) fn show_some(
    program: &Arc<Program>,
    options: &RunOptions,
    code: CodeId,
    instructions: Range<usize>,
) -> Result<Listing, Refusal> {
    let listing = all_compiled(program, options)?.excerpt(code, instructions);
    Ok(listing.expect("all functions have code"))
}

/// An engine that has compiled all of a program.
fn all_compiled(program: &Arc<Program>, options: &RunOptions) -> Result<Jit, Refusal> {
    let all = JitOptions { when: When::Eager, budget: usize::MAX, ..JitOptions::default() };
    jit(program, options, all)?.map_err(refuse_jit)
}

/// What compiles these programs, to be timed.
pub(crate) fn timed<'a>(
    programs: &'a [Arc<Program>],
    options: &RunOptions,
) -> Result<TimedCompiler<'a>, Refusal> {
    let compiler = TimedCompiler::new(programs, templates(options)?, options_from(options)?);
    compiler.map_err(refuse_jit)
}
