//! The command line: how many rounds, and who reads the result. Chapter 5 of the book,
//! "Payoff".

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;

use super::balance;
use super::document::document;
use super::engines::Engines;
use super::series::Series;
use super::tables::tables;

/// What a file is called that is standard output.
const STANDARD_OUTPUT: &str = "-";

/// Measures after how many executions of a function compiling it has paid
///
/// Nine functions, from one that returns its argument to one with a long loop: what an
/// execution takes in the interpreter and as code, and what it takes to compile them at
/// their first call. Then a program of a thousand functions of which ten are called: how
/// much time has passed after so many calls, if nothing is compiled, if functions are
/// compiled when they are called, and if all are before the start.
#[derive(Debug, Parser)]
struct Arguments {
    /// How many rounds there are
    #[arg(long, value_name = "N", default_value_t = 11,
          value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
    /// Write all laps as JSON instead of the tables; with a FILE, there and besides the
    /// tables
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = STANDARD_OUTPUT)]
    json: Option<PathBuf>,
}

/// Measures, and prints what it came to.
pub(super) fn run() -> ExitCode {
    match measure(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(refusal) => {
            eprintln!("{refusal}");
            ExitCode::FAILURE
        }
    }
}

fn measure(arguments: &Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let rounds = usize::from(arguments.rounds);
    let engines = Engines::load()?;
    let balances = balance::measure(&engines, rounds)?;
    let series = Series::measure(&engines, rounds)?;
    let file = arguments.json.as_deref();
    if file != Some(Path::new(STANDARD_OUTPUT)) {
        print!("{}", tables(&balances, &series, rounds));
    }
    let Some(file) = file else { return Ok(()) };
    let text = document(&balances, &series, rounds);
    if file == Path::new(STANDARD_OUTPUT) {
        print!("{text}");
        return Ok(());
    }
    fs::write(file, text).map_err(|error| format!("cannot write {}: {error}", file.display()))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn json_has_a_file_or_goes_to_standard_output() {
        let parse = |line: &str| Arguments::try_parse_from(line.split_whitespace()).unwrap();
        assert_eq!(parse("break-even").json, None);
        assert_eq!(parse("break-even --json --rounds 3").json, Some(STANDARD_OUTPUT.into()));
        let arguments = parse("break-even --json a.json");
        assert_eq!((arguments.json, arguments.rounds), (Some("a.json".into()), 11));
    }

    #[test]
    fn there_is_at_least_one_round() {
        assert!(Arguments::try_parse_from(["break-even", "--rounds", "0"]).is_err());
    }
}
