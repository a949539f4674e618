//! `--bench`: the engines of a machine, and others, in a race.

use clap::ArgMatches;

use super::USAGE;
use super::console::print;
use super::options::{engines_here, rounds};
use super::program::{STANDARD_INPUT, read_source};
use crate::{Contestant, Ending, EngineName, Lap, Machine, Refusal, RunOptions, json, race};

/// Rounds of a race that is only to be looked at; `--bench` takes more.
const FEW_ROUNDS: usize = 3;

/// Races the engines on a program, and those of `--peer`.
pub(super) fn bench(
    machine: &impl Machine,
    file: Option<&str>,
    arguments: &ArgMatches,
    options: &RunOptions,
) -> Result<Ending, Refusal> {
    refuse_what_cannot_race(machine, file)?;
    let mut contestants = engines(machine, file, options)?;
    for peer in arguments.get_many::<String>("peer").into_iter().flatten() {
        contestants.push(self::peer(peer, file.unwrap_or_default())?);
    }
    if arguments.get_flag("json") {
        return print(&json::race(&laps(&contestants, rounds(arguments))?));
    }
    print(&Lap::table(&laps(&contestants, rounds(arguments))?).to_string())
}

/// Races the engines on a program, for a few rounds.
pub(super) fn payoff(
    machine: &impl Machine,
    file: Option<&str>,
    options: &RunOptions,
) -> Result<Ending, Refusal> {
    refuse_what_cannot_race(machine, file)?;
    print(&short_race(machine, file, options)?)
}

/// A program that is not accepted is reported once, before a race.
fn refuse_what_cannot_race(machine: &impl Machine, file: Option<&str>) -> Result<(), Refusal> {
    if file == Some(STANDARD_INPUT) {
        let message = "a race runs the program many times, so it needs a file, not `-`".to_owned();
        return Err(Refusal { message, status: USAGE });
    }
    machine.load(read_source(machine, file)?).map(|_| ())
}

/// The table of a short race.
pub(crate) fn short_race(
    machine: &impl Machine,
    file: Option<&str>,
    options: &RunOptions,
) -> Result<String, Refusal> {
    Ok(Lap::table(&laps(&engines(machine, file, options)?, FEW_ROUNDS)?).to_string())
}

/// This program's own engines, as many as can run here, as contestants, with the
/// features, switches and settings of `options`.
pub(super) fn engines(
    machine: &impl Machine,
    file: Option<&str>,
    options: &RunOptions,
) -> Result<Vec<Contestant>, Refusal> {
    let own = std::env::current_exe().map_err(|error| Refusal {
        message: format!("cannot find this program itself: {error}"),
        status: 1,
    })?;
    let own = own.to_string_lossy().into_owned();
    let contestant = |engine: &EngineName| {
        let mut command = vec![own.clone()];
        command.extend(file.map(str::to_owned));
        command.extend(["--run", "--engine", engine.name].map(str::to_owned));
        command.extend(options.without.iter().map(|feature| format!("--without={feature}")));
        command.extend(options.switched_on.iter().map(|flag| format!("--{flag}")));
        command.extend(options.settings.iter().map(|(flag, value)| format!("--{flag}={value}")));
        Contestant { name: engine.name.to_owned(), command }
    };
    Ok(engines_here(machine).map(contestant).collect())
}

fn peer(text: &str, file: &str) -> Result<Contestant, Refusal> {
    let parts = text
        .split_once('=')
        .filter(|(name, command)| !name.is_empty() && !command.trim().is_empty());
    let (name, command) = parts.ok_or_else(|| Refusal {
        message: format!(
            "--peer takes NAME=COMMAND, as in --peer pypy=pypy3; '{text}' is not of that form"
        ),
        status: USAGE,
    })?;
    let mut command: Vec<String> = command.split_whitespace().map(str::to_owned).collect();
    command.push(file.to_owned());
    Ok(Contestant { name: name.to_owned(), command })
}

fn laps(contestants: &[Contestant], rounds: usize) -> Result<Vec<Lap>, Refusal> {
    race(contestants, rounds).map_err(|error| Refusal { message: error.to_string(), status: 1 })
}
