//! The flags that all chapters share, and those that a machine's names add.

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgGroup, Command, Id, value_parser};

use super::options::default_engine;
use super::{settings, show};
use crate::{Machine, SettingValues, view};

/// The group of the flags whose output can also be had as JSON.
const HAS_JSON: &str = "has-json";

/// The group of the flags that time something in rounds.
const HAS_ROUNDS: &str = "has-rounds";

/// How much room a name has in the help text, if none is longer.
const NAME_WIDTH: usize = 13;

/// The command line of a machine.
pub(super) fn command(machine: &impl Machine) -> Command {
    let about = machine.about();
    let command = Command::new(env!("CARGO_PKG_NAME"))
        .bin_name(std::env::args_os().next().and_then(file_name).unwrap_or_default())
        .about(format!("{}. {}", about.title, about.summary))
        .after_help(names(machine))
        .args(arguments(machine))
        .args(without(machine))
        .args(settings::flags(machine))
        .group(ArgGroup::new(HAS_JSON).args(["show", "bench", "compile-speed"]))
        .group(ArgGroup::new(HAS_ROUNDS).args(["bench", "compile-speed"]));
    stand_alone(view::add_flags(command, machine), "list")
}

/// Makes a flag conflict with all others but those that an environment variable may
/// have set.
fn stand_alone(command: Command, flag: &'static str) -> Command {
    let others = command.get_arguments().filter(|arg| arg.get_env().is_none());
    let others: Vec<Id> = others.map(Arg::get_id).filter(|id| *id != flag).cloned().collect();
    command.mut_arg(flag, |arg| arg.conflicts_with_all(others))
}

/// What can be typed behind `--show`, `--engine`, `--without` and the flags of
/// settings.
fn names(machine: &impl Machine) -> String {
    let engines = machine.engines().iter().map(|engine| (engine.name, engine.summary));
    let features = machine.features().iter().map(|feature| (feature.name, feature.summary));
    let mut text = format!(
        "Stages:\n{}\nEngines (the default is {}):\n{}",
        definitions(show::stages(machine)),
        default_engine(machine),
        definitions(engines)
    );
    if !machine.features().is_empty() {
        text.push_str(&format!("\nFeatures (all are on):\n{}", definitions(features)));
    }
    for setting in machine.settings() {
        if let SettingValues::OneOf { choices, .. } = setting.values {
            let choices = choices.iter().map(|choice| (choice.name, choice.summary));
            text.push_str(&format!("\n--{}:\n{}", setting.flag, definitions(choices)));
        }
    }
    text
}

/// `--without`, for a machine that has features.
fn without(machine: &impl Machine) -> Option<Arg> {
    let features = machine.features();
    let arg = Arg::new("without")
        .long("without")
        .value_name("FEATURE")
        .value_parser(PossibleValuesParser::new(features.iter().map(|feature| feature.name)))
        .hide_possible_values(true)
        .value_delimiter(',')
        .action(ArgAction::Append)
        .help("Switch a feature off, or several: NAME,NAME");
    (!features.is_empty()).then_some(arg)
}

fn arguments(machine: &impl Machine) -> [Arg; 12] {
    [
        Arg::new("FILE")
            .help("The program; `-` reads standard input. Without it: the chapter's demo"),
        // More files than one; `act` says who takes them.
        Arg::new("FILES").num_args(1..).hide(true),
        flag("run", "Run the program; print only what it prints").conflicts_with("show"),
        Arg::new("show")
            .long("show")
            .value_name("STAGE")
            .value_parser(PossibleValuesParser::new(show::stages(machine).map(|(name, _)| name)))
            .hide_possible_values(true)
            .help("Print one stage of the pipeline"),
        Arg::new("engine")
            .long("engine")
            .value_name("NAME")
            .value_parser(PossibleValuesParser::new(machine.engines().iter().map(|e| e.name)))
            .hide_possible_values(true)
            .help("Who runs the program"),
        Arg::new("hop").long("hop").value_name("SEED").value_parser(value_parser!(u64)).help(
            "Pass control between engines at random calls and back edges (a test of the seams)",
        ),
        flag("bench", "Race the engines on the program; medians of interleaved rounds")
            .conflicts_with_all(["run", "show", "engine", "hop"]),
        flag(
            "compile-speed",
            "Time the engine's compiler, on warm and on cold memory; takes any number of FILEs",
        )
        .conflicts_with_all(["run", "show", "hop", "bench"]),
        Arg::new("rounds")
            .long("rounds")
            .value_name("N")
            .value_parser(value_parser!(u16).range(1..))
            .requires(HAS_ROUNDS)
            .help("How many rounds are timed; 7 if not given"),
        Arg::new("peer")
            .long("peer")
            .value_name("NAME=COMMAND")
            .action(ArgAction::Append)
            .requires_all(["bench", "FILE"])
            .help("Let another implementation take part: COMMAND is run with FILE behind it"),
        flag("json", "Print the stage or the times as JSON").requires(HAS_JSON),
        Arg::new("list")
            .long("list")
            .value_name("WHAT")
            .value_parser(["engines", "stages", "features", "variations"])
            .help(
                "Print the names of the engines, stages or features, one a line; or variations: \
                 flags under which a program must do the same",
            ),
    ]
}

fn flag(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
}

fn file_name(path: std::ffi::OsString) -> Option<String> {
    Some(std::path::Path::new(&path).file_name()?.to_string_lossy().into_owned())
}

/// Names with their summaries, which line up.
fn definitions<'a>(names: impl Iterator<Item = (&'a str, &'a str)> + Clone) -> String {
    let width = names.clone().map(|(name, _)| name.len()).max().unwrap_or(0).max(NAME_WIDTH);
    names.map(|(name, summary)| format!("  {name:width$} {summary}\n")).collect()
}
