//! From flags to options.

use clap::ArgMatches;

use super::{USAGE, settings};
use crate::{EngineName, Machine, Refusal, RunOptions};

/// How many rounds are timed, if nothing else is said.
const ROUNDS: usize = 7;

/// How many rounds are to be timed.
pub(super) fn rounds(arguments: &ArgMatches) -> usize {
    arguments.get_one::<u16>("rounds").map_or(ROUNDS, |&rounds| rounds.into())
}

/// The engines that can run on this machine.
pub(super) fn engines_here(machine: &impl Machine) -> impl Iterator<Item = &'static EngineName> {
    machine.engines().iter().filter(|engine| engine.obstacle.is_none())
}

/// The newest engine that can run on this machine.
pub(super) fn default_engine(machine: &impl Machine) -> &'static str {
    engines_here(machine).last().expect("a machine has an engine that can run anywhere").name
}

/// How the command line wants programs to be run.
///
/// # Errors
/// When the engine cannot run here.
pub(super) fn run_options(
    machine: &impl Machine,
    arguments: &ArgMatches,
) -> Result<RunOptions, Refusal> {
    let chosen = arguments.get_one::<String>("engine").map(String::as_str);
    let name = chosen.unwrap_or_else(|| default_engine(machine));
    let engine = machine.engines().iter().find(|engine| engine.name == name);
    if let Some(obstacle) = engine.and_then(|engine| engine.obstacle) {
        let message = format!("the engine `{name}` cannot run here: {obstacle}");
        return Err(Refusal { message, status: USAGE });
    }
    Ok(RunOptions {
        engine: name.to_owned(),
        hop: arguments.get_one("hop").copied(),
        without: without(machine, arguments),
        switched_on: settings::switched_on(machine, arguments),
        settings: settings::given(machine, arguments),
    })
}

/// The features that are switched off, in the machine's order, however often and
/// in which order they were named.
fn without(machine: &impl Machine, arguments: &ArgMatches) -> Vec<String> {
    // A machine without features has no such flag.
    let named = arguments.try_get_many::<String>("without").ok().flatten();
    let named: Vec<&String> = named.into_iter().flatten().collect();
    let features = machine.features().iter().map(|feature| feature.name.to_owned());
    features.filter(|feature| named.contains(&feature)).collect()
}
