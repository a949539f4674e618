//! `--compile-speed`: how fast an engine compiles programs.

use clap::ArgMatches;

use super::USAGE;
use super::console::print;
use super::options::{engines_here, rounds};
use super::program::read_source;
use crate::compile_speed::{CompileSpeed, ROUND, measure};
use crate::{Ending, Machine, Refusal, RunOptions, json};

/// Times the compiler of the engine on these programs; on the demo, if there are
/// none.
pub(super) fn compile_speed(
    machine: &impl Machine,
    files: &[&str],
    arguments: &ArgMatches,
    options: &RunOptions,
) -> Result<Ending, Refusal> {
    let programs = load(machine, files)?;
    let compiler = machine.compiler(&programs, options)?;
    let mut compiler = compiler.ok_or_else(|| compiles_nothing(machine, options))?;
    let speeds = measure(&mut *compiler, rounds(arguments), ROUND)?;
    if arguments.get_flag("json") {
        return print(&json::compile_speed(options, programs.len(), &speeds));
    }
    print(&CompileSpeed::table(&options.engine, &speeds).to_string())
}

fn load<M: Machine>(machine: &M, files: &[&str]) -> Result<Vec<M::Loaded>, Refusal> {
    if files.is_empty() {
        return Ok(vec![machine.load(read_source(machine, None)?)?]);
    }
    let load = |file: &&str| machine.load(read_source(machine, Some(file))?);
    files.iter().map(load).collect()
}

/// Says which engines have a compiler instead.
fn compiles_nothing(machine: &impl Machine, options: &RunOptions) -> Refusal {
    let has_compiler = |engine: &str| {
        let options = RunOptions { engine: engine.to_owned(), ..options.clone() };
        matches!(machine.compiler(&[], &options), Ok(Some(_)))
    };
    let names = engines_here(machine).map(|engine| engine.name);
    let others: Vec<&str> = names.filter(|name| has_compiler(name)).collect();
    let advice = match others.as_slice() {
        [] => "no engine of this chapter has one".to_owned(),
        others => format!("take --engine {}", others.join(" or --engine ")),
    };
    let engine = &options.engine;
    let message = format!("the engine `{engine}` has no compiler that can be timed: {advice}");
    Refusal { message, status: USAGE }
}
