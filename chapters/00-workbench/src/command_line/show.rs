//! `--show`: a stage of the machine, or one of the two that the bench has for every
//! machine, and which come last: what the program prints, and a race.

use clap::ArgMatches;

use super::USAGE;
use super::console::{print, run};
use super::program::read_source;
use super::races::payoff;
use crate::{Ending, Machine, Refusal, RunOptions, json};

const RESULT: &str = "result";
const PAYOFF: &str = "payoff";

/// The names and summaries of all stages.
pub(super) fn stages(
    machine: &impl Machine,
) -> impl Iterator<Item = (&'static str, &'static str)> + Clone {
    let own = machine.stages().iter().map(|stage| (stage.name, stage.summary));
    own.chain([(RESULT, "what the program prints"), (PAYOFF, "the engines in a short race")])
}

/// Prints a stage.
pub(super) fn show(
    machine: &impl Machine,
    stage: &str,
    file: Option<&str>,
    arguments: &ArgMatches,
    options: &RunOptions,
) -> Result<Ending, Refusal> {
    let as_json = arguments.get_flag("json");
    match stage {
        RESULT if as_json => Err(not_as_json(RESULT, "it is what the program prints")),
        PAYOFF if as_json => Err(not_as_json(PAYOFF, "take --bench --json")),
        PAYOFF => payoff(machine, file, options),
        _ => {
            let loaded = machine.load(read_source(machine, file)?)?;
            if stage == RESULT {
                return run(machine, &loaded, options);
            }
            let listing = machine.show(&loaded, stage, options)?;
            print(&if as_json { json::listing(&listing) } else { listing.to_string() })
        }
    }
}

fn not_as_json(stage: &str, why: &str) -> Refusal {
    Refusal { message: format!("--show {stage} cannot be had as JSON: {why}"), status: USAGE }
}
