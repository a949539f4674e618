//! The command line that all chapters share. A chapter's `main` is one call of
//! [`main`] with its machine; names of stages and engines, and with them the
//! help text and the error messages, come from the machine. Chapter 0 of the
//! book lists the flags.

mod flags;
mod settings;
mod variable;
mod options;
mod program;
mod console;
mod show;
mod races;
mod compiling;

use std::io::Write;
use std::process::ExitCode;

use clap::ArgMatches;

use self::compiling::compile_speed;
use self::flags::command;
use self::options::{engines_here, run_options};
use self::program::{files, read_source};
use self::races::bench;
use self::show::show;
use crate::{Ending, Machine, Refusal, tour, view};

pub(crate) use self::console::{print, run, run_to, unbuffered_output};
pub(crate) use self::program::STANDARD_INPUT;
pub(crate) use self::races::short_race;

/// Exit status of a wrong command line or a file that cannot be read.
const USAGE: u8 = 2;

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

fn act(machine: &impl Machine, arguments: &ArgMatches) -> Result<Ending, Refusal> {
    if let Some(what) = arguments.get_one::<String>("list") {
        return print(&list(machine, what));
    }
    let options = run_options(machine, arguments)?;
    if let Some(viewed) = view::requested(machine, arguments, &options) {
        return print(&viewed?);
    }
    let files = files(arguments);
    if arguments.get_flag("compile-speed") {
        return compile_speed(machine, &files, arguments, &options);
    }
    let file = at_most_one(&files)?;
    if arguments.get_flag("bench") {
        return bench(machine, file, arguments, &options);
    }
    if let Some(stage) = arguments.get_one::<String>("show") {
        return show(machine, stage, file, arguments, &options);
    }
    let loaded = machine.load(read_source(machine, file)?)?;
    if arguments.get_flag("run") {
        return run(machine, &loaded, &options);
    }
    tour::conduct(machine, &loaded, &options, file)
}

/// What `--list` prints: a name a line, or the flags of a variation.
fn list(machine: &impl Machine, what: &str) -> String {
    let own_engines = || engines_here(machine).filter(|engine| !engine.inherited);
    let names: Vec<String> = match what {
        "engines" => own_engines().map(|engine| engine.name.to_owned()).collect(),
        "stages" => machine.stages().iter().map(|stage| stage.name.to_owned()).collect(),
        "variations" => machine.variations().iter().map(|flags| flags.join(" ")).collect(),
        _ => machine.features().iter().map(|feature| feature.name.to_owned()).collect(),
    };
    names.iter().map(|name| format!("{name}\n")).collect()
}

fn at_most_one<'a>(files: &[&'a str]) -> Result<Option<&'a str>, Refusal> {
    match files {
        [] => Ok(None),
        [file] => Ok(Some(file)),
        [_, second, ..] => {
            let message = format!(
                "there is one program too many, '{second}': only --compile-speed takes several"
            );
            Err(Refusal { message, status: USAGE })
        }
    }
}

#[cfg(test)]
mod tests;
