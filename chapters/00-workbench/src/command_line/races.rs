//! `--bench`: the engines of a machine, and others, in a race.

use clap::ArgMatches;

use super::USAGE;
use super::console::print;
use super::options::{engines_here, rounds};
use super::program::{STANDARD_INPUT, read_source};
use crate::{Contestant, Ending, EngineName, Lap, Machine, Refusal, RunOptions, json, race};

/// Races the engines on a program, and those of `--peer`.
pub(super) fn bench(
    machine: &impl Machine,
    file: Option<&str>,
    arguments: &ArgMatches,
    options: &RunOptions,
) -> Result<Ending, Refusal> {
    if file == Some(STANDARD_INPUT) {
        let message = "--bench runs the program many times, so it needs a file, not `-`".to_owned();
        return Err(Refusal { message, status: USAGE });
    }
    // A program that is not accepted is reported once, before the race.
    machine.load(read_source(machine, file)?)?;
    let mut contestants = engines(machine, file, options)?;
    for peer in arguments.get_many::<String>("peer").into_iter().flatten() {
        contestants.push(self::peer(peer, file.unwrap_or_default())?);
    }
    if arguments.get_flag("json") {
        return print(&json::race(&laps(&contestants, rounds(arguments))?));
    }
    print(&race_table(&contestants, rounds(arguments))?)
}

/// This program's own engines, as many as can run here, as contestants,
/// without the features that `options` switches off.
pub(crate) fn engines(
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

/// Races, and returns the table.
pub(crate) fn race_table(contestants: &[Contestant], rounds: usize) -> Result<String, Refusal> {
    Ok(Lap::table(&laps(contestants, rounds)?).to_string())
}

fn laps(contestants: &[Contestant], rounds: usize) -> Result<Vec<Lap>, Refusal> {
    race(contestants, rounds).map_err(|error| Refusal { message: error.to_string(), status: 1 })
}
