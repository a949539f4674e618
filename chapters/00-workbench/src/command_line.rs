//! The command line that all chapters share. A chapter's `main` is one call of
//! [`main`] with its machine; names of stages and engines, and with them the
//! help text and the error messages, come from the machine. Chapter 0 of the
//! book lists the flags.

use std::io::{IsTerminal, Read, Write};
use std::process::ExitCode;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgGroup, ArgMatches, Command, value_parser};

use crate::{
    Console, Contestant, Ending, EngineName, Lap, Machine, Refusal, RunOptions, Source, json, race,
    tour, view,
};

/// How many rounds a race has, if nothing else is said.
const ROUNDS: usize = 7;

/// What a file is called that is read from standard input.
pub(crate) const STANDARD_INPUT: &str = "-";

/// Exit status of a wrong command line or a file that cannot be read.
const USAGE: u8 = 2;

/// The group of the flags whose output can also be had as JSON.
const HAS_JSON: &str = "has-json";

/// Does what the command line of this process asks for, and returns the
/// status to exit with: the program's own after `--run`, 2 for a wrong command
/// line or an unreadable file. After Ctrl-C it does not return: the process
/// dies of the interrupt.
pub fn main(machine: &impl Machine) -> ExitCode {
    let arguments = command(machine).get_matches();
    let ending = match act(machine, &arguments) {
        Ok(ending) => ending,
        Err(refusal) => {
            // A standard error that cannot be written to leaves nobody to tell.
            let _ = writeln!(std::io::stderr(), "{}", refusal.message);
            Ending::Status(refusal.status)
        }
    };
    match ending {
        Ending::Status(status) => ExitCode::from(status),
        Ending::Interrupted => die_of_interrupt(),
    }
}

fn die_of_interrupt() -> ExitCode {
    use signal_hook::{consts::SIGINT, low_level::emulate_default_handler};
    // Does not return where the system has signals; the status is a shell's for SIGINT.
    let _ = emulate_default_handler(SIGINT);
    ExitCode::from(128 + SIGINT as u8)
}

fn command(machine: &impl Machine) -> Command {
    let about = machine.about();
    let stages = machine.stages().iter().map(|stage| (stage.name, stage.summary));
    let engines = machine.engines().iter().map(|engine| (engine.name, engine.summary));
    let help = format!(
        "Stages:\n{}\nEngines (the default is {}):\n{}",
        definitions(stages),
        default_engine(machine),
        definitions(engines)
    );
    let command = Command::new(env!("CARGO_PKG_NAME"))
        .bin_name(std::env::args_os().next().and_then(file_name).unwrap_or_default())
        .about(format!("{}: {}", about.title, about.summary))
        .after_help(help)
        .args(arguments(machine))
        .group(ArgGroup::new(HAS_JSON).args(["show", "bench"]));
    view::add_flags(command, machine)
}

fn arguments(machine: &impl Machine) -> [Arg; 10] {
    [
        Arg::new("FILE")
            .help("The program; `-` reads standard input. Without it: the chapter's demo"),
        flag("run", "Run the program; print only what it prints").conflicts_with("show"),
        Arg::new("show")
            .long("show")
            .value_name("STAGE")
            .value_parser(PossibleValuesParser::new(machine.stages().iter().map(|s| s.name)))
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
        Arg::new("rounds")
            .long("rounds")
            .value_name("N")
            .value_parser(value_parser!(u16).range(1..))
            .requires("bench")
            .help("How many rounds a race has; 7 if not given"),
        Arg::new("peer")
            .long("peer")
            .value_name("NAME=COMMAND")
            .action(ArgAction::Append)
            .requires_all(["bench", "FILE"])
            .help("Let another implementation take part: COMMAND is run with FILE behind it"),
        flag("json", "Print the stage or the race as JSON").requires(HAS_JSON),
        Arg::new("list")
            .long("list")
            .value_parser(["engines", "stages"])
            .exclusive(true)
            .help("Print the names of the engines or stages, one a line"),
    ]
}

fn flag(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
}

fn file_name(path: std::ffi::OsString) -> Option<String> {
    Some(std::path::Path::new(&path).file_name()?.to_string_lossy().into_owned())
}

fn definitions<'a>(names: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    names.map(|(name, summary)| format!("  {name:13} {summary}\n")).collect()
}

fn act(machine: &impl Machine, arguments: &ArgMatches) -> Result<Ending, Refusal> {
    if let Some(what) = arguments.get_one::<String>("list") {
        let names: Vec<&str> = match what.as_str() {
            "engines" => engines_here(machine)
                .filter(|engine| !engine.inherited)
                .map(|engine| engine.name)
                .collect(),
            _ => machine.stages().iter().map(|stage| stage.name).collect(),
        };
        return print(&(names.join("\n") + "\n"));
    }
    let options = run_options(machine, arguments)?;
    if let Some(viewed) = view::requested(machine, arguments, &options) {
        return print(&viewed?);
    }
    let file = arguments.get_one::<String>("FILE").map(String::as_str);
    if arguments.get_flag("bench") {
        return bench(machine, file, arguments);
    }
    let loaded = machine.load(read_source(machine, file)?)?;
    if let Some(stage) = arguments.get_one::<String>("show") {
        let listing = machine.show(&loaded, stage, &options)?;
        let as_json = arguments.get_flag("json");
        return print(&if as_json { json::listing(&listing) } else { listing.to_string() });
    }
    if arguments.get_flag("run") {
        return run(machine, &loaded, &options);
    }
    tour::conduct(machine, &loaded, &options, file)
}

/// The engines that can run on this machine.
fn engines_here(machine: &impl Machine) -> impl Iterator<Item = &'static EngineName> {
    machine.engines().iter().filter(|engine| engine.obstacle.is_none())
}

fn default_engine(machine: &impl Machine) -> &'static str {
    engines_here(machine).last().expect("a machine has an engine that can run anywhere").name
}

fn run_options(machine: &impl Machine, arguments: &ArgMatches) -> Result<RunOptions, Refusal> {
    let chosen = arguments.get_one::<String>("engine").map(String::as_str);
    let name = chosen.unwrap_or_else(|| default_engine(machine));
    let engine = machine.engines().iter().find(|engine| engine.name == name);
    if let Some(obstacle) = engine.and_then(|engine| engine.obstacle) {
        let message = format!("the engine `{name}` cannot run here: {obstacle}");
        return Err(Refusal { message, status: USAGE });
    }
    Ok(RunOptions { engine: name.to_owned(), hop: arguments.get_one("hop").copied() })
}

/// Runs the program on this process's own standard output and error.
pub(crate) fn run<M: Machine>(
    machine: &M,
    loaded: &M::Loaded,
    options: &RunOptions,
) -> Result<Ending, Refusal> {
    let console = Console {
        out: &mut *unbuffered_output(),
        is_terminal: std::io::stdout().is_terminal(),
        err: &mut std::io::stderr(),
    };
    machine.run(loaded, options, console)
}

/// Standard output without the buffer that Rust has in front of it, which would
/// try again what a signal has interrupted.
fn unbuffered_output() -> Box<dyn Write> {
    #[cfg(unix)]
    {
        use std::os::fd::AsFd;
        if let Ok(descriptor) = std::io::stdout().as_fd().try_clone_to_owned() {
            return Box::new(std::fs::File::from(descriptor));
        }
    }
    Box::new(std::io::stdout())
}

/// Prints to standard output; a reader that went away is no error.
pub(crate) fn print(text: &str) -> Result<Ending, Refusal> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(Ending::Status(0)),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(Ending::Status(0)),
        Err(error) => {
            Err(Refusal { message: format!("cannot write to standard output: {error}"), status: 1 })
        }
    }
}

fn read_source(machine: &impl Machine, file: Option<&str>) -> Result<Source, Refusal> {
    let read = |name: &str| match name {
        STANDARD_INPUT => {
            let mut text = Vec::new();
            std::io::stdin().lock().read_to_end(&mut text)?;
            Ok(Source { name: "<stdin>".to_owned(), text })
        }
        path => Ok(Source { name: path.to_owned(), text: std::fs::read(path)? }),
    };
    let Some(file) = file else {
        let (name, text) = machine.about().demo;
        return Ok(Source { name: name.to_owned(), text: text.as_bytes().to_vec() });
    };
    read(file).map_err(|error: std::io::Error| Refusal {
        message: format!(
            "cannot read the program '{file}': {error}\n\
             (without a file, the chapter's demo is taken)"
        ),
        status: USAGE,
    })
}

fn bench(
    machine: &impl Machine,
    file: Option<&str>,
    arguments: &ArgMatches,
) -> Result<Ending, Refusal> {
    if file == Some(STANDARD_INPUT) {
        let message = "--bench runs the program many times, so it needs a file, not `-`".to_owned();
        return Err(Refusal { message, status: USAGE });
    }
    // A program that is not accepted is reported once, before the race.
    machine.load(read_source(machine, file)?)?;
    let mut contestants = engines(machine, file)?;
    for peer in arguments.get_many::<String>("peer").into_iter().flatten() {
        contestants.push(self::peer(peer, file.unwrap_or_default())?);
    }
    let rounds = arguments.get_one::<u16>("rounds").map_or(ROUNDS, |&rounds| rounds.into());
    if arguments.get_flag("json") {
        return print(&json::race(&laps(&contestants, rounds)?));
    }
    print(&race_table(&contestants, rounds)?)
}

/// This program's own engines, as many as can run here, as contestants.
pub(crate) fn engines(
    machine: &impl Machine,
    file: Option<&str>,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{About, Listing, Stage, View};

    /// A machine whose newest engine cannot run here.
    struct Obstructed;

    const OLD: EngineName =
        EngineName { name: "old", summary: "runs anywhere", obstacle: None, inherited: false };
    const NEW: EngineName = EngineName { name: "new", obstacle: Some("it needs a moon"), ..OLD };

    impl Machine for Obstructed {
        type Loaded = ();

        fn about(&self) -> About {
            About { title: "Obstructed", summary: "runs in part", demo: ("demo", "") }
        }
        fn stages(&self) -> &'static [Stage] {
            &[]
        }
        fn engines(&self) -> &'static [EngineName] {
            &[OLD, NEW]
        }
        fn views(&self) -> &'static [View] {
            &[View { flag: "part", value_name: "NAME", summary: "One part of it" }]
        }
        fn view(
            &self,
            _: &str,
            name: &str,
            options: &RunOptions,
            _: Option<usize>,
        ) -> Result<String, Refusal> {
            Ok(format!("the {name} of the {} one", options.engine))
        }
        fn load(&self, _: Source) -> Result<(), Refusal> {
            Ok(())
        }
        fn show(&self, (): &(), _: &str, _: &RunOptions) -> Result<Listing, Refusal> {
            unreachable!("it has no stages")
        }
        fn run(&self, (): &(), _: &RunOptions, _: Console<'_>) -> Result<Ending, Refusal> {
            Ok(Ending::Status(0))
        }
    }

    fn options(arguments: &[&str]) -> Result<RunOptions, Refusal> {
        let words = ["obstructed"].iter().chain(arguments);
        run_options(&Obstructed, &command(&Obstructed).get_matches_from(words))
    }

    #[test]
    fn the_default_is_the_newest_engine_that_can_run_here() {
        assert_eq!(options(&[]).unwrap().engine, "old");
    }

    #[test]
    fn an_engine_that_cannot_run_here_is_refused_with_its_reason() {
        let refusal = options(&["--engine", "new"]).unwrap_err();
        assert_eq!(refusal.message, "the engine `new` cannot run here: it needs a moon");
        assert_eq!(refusal.status, USAGE);
    }

    #[test]
    fn an_engine_that_cannot_run_here_does_not_race() {
        let names: Vec<String> =
            engines(&Obstructed, None).unwrap().into_iter().map(|engine| engine.name).collect();
        assert_eq!(names, ["old"]);
    }

    #[test]
    fn a_view_is_a_flag_that_goes_with_an_engine_alone() {
        let viewed = |words: &[&str]| {
            let words = ["obstructed", "--part", "wheel"].iter().chain(words);
            let arguments = command(&Obstructed).try_get_matches_from(words).ok()?;
            let options = run_options(&Obstructed, &arguments).ok()?;
            view::requested(&Obstructed, &arguments, &options)
        };
        for words in [&[][..], &["--engine", "old"]] {
            assert_eq!(viewed(words), Some(Ok("the wheel of the old one".to_owned())));
        }
        for other in ["--run", "--bench", "--json", "program.py"] {
            assert_eq!(viewed(&[other]), None);
        }
    }
}
