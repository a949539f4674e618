//! Views: what a machine can show by name, without a program, such as one of the
//! parts that it builds code from. Each view is a flag: `--stencil NAME`. Chapter 2
//! of the book has the first one.

use clap::{Arg, ArgGroup, ArgMatches, Command, Id};
use terminal_size::{Width, terminal_size_of};

use crate::{Machine, Refusal, RunOptions};

/// The group of all views.
const VIEWS: &str = "views";

/// How alike two names are that may be meant for each other; 1 is the same name.
const ALIKE: f64 = 0.8;

/// How many names are suggested at most.
const SUGGESTIONS: usize = 3;

/// Exit status for a name that nothing has.
const NO_SUCH_NAME: u8 = 2;

/// Something that can be looked at by name: `--FLAG NAME`.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// The flag, without its dashes: "stencil".
    pub flag: &'static str,
    /// What the help text calls its value: "NAME".
    pub value_name: &'static str,
    /// One line on what it shows, for the help text.
    pub summary: &'static str,
}

impl Refusal {
    /// There is no `kind` of this name. Says which of the `known` names may have
    /// been meant, and that `all` lists them: a flag, as in "--show stencils".
    #[must_use]
    pub fn no_such_name<'a>(
        kind: &str,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
        all: &str,
    ) -> Refusal {
        let suggestion = match nearest(name, known).as_slice() {
            [] => String::new(),
            [one] => format!("; did you mean `{one}`?"),
            [others @ .., last] => {
                format!("; did you mean `{}` or `{last}`?", others.join("`, `"))
            }
        };
        let message = format!("there is no {kind} `{name}`{suggestion}\n(`{all}` lists them all)");
        Refusal { message, status: NO_SUCH_NAME }
    }
}

/// The names that come nearest, the nearest one first: those that have the name
/// in them, then those that are spelled alike.
fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let name = name.to_lowercase();
    let likeness = |other: &str| {
        let other = other.to_lowercase();
        let is_part = !name.is_empty() && other.contains(&name);
        if is_part { 1.0 } else { strsim::jaro_winkler(&name, &other) }
    };
    let mut known: Vec<(f64, &str)> =
        known.into_iter().map(|other| (likeness(other), other)).collect();
    known.retain(|&(likeness, _)| likeness >= ALIKE);
    known.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    known.into_iter().map(|(_, name)| name).take(SUGGESTIONS).collect()
}

/// Adds a flag for each view to a command with all other flags. There is no program
/// to load or run, so they go with `--engine` and `--without` alone; and with what an
/// environment variable may have set for other runs.
pub(crate) fn add_flags(command: Command, machine: &impl Machine) -> Command {
    let goes_along = |arg: &&Arg| {
        ["engine", "without"].contains(&arg.get_id().as_str()) || arg.get_env().is_some()
    };
    let others = command.get_arguments().filter(|arg| !goes_along(arg)).map(Arg::get_id);
    let others: Vec<Id> = others.cloned().collect();
    let views = machine.views();
    let flag = |view: &View| {
        let flag = Arg::new(view.flag).long(view.flag).value_name(view.value_name);
        flag.help(view.summary).conflicts_with_all(&others)
    };
    let group = ArgGroup::new(VIEWS).args(views.iter().map(|view| view.flag));
    command.args(views.iter().map(flag)).group(group)
}

/// What the command line asks to view, if it does.
pub(crate) fn requested(
    machine: &impl Machine,
    arguments: &ArgMatches,
    options: &RunOptions,
) -> Option<Result<String, Refusal>> {
    let named = |view: &View| Some((view.flag, arguments.get_one::<String>(view.flag)?.as_str()));
    let (flag, name) = machine.views().iter().find_map(named)?;
    Some(machine.view(flag, name, options, width()))
}

/// How many columns there are to print on: the terminal's, or what the
/// environment's COLUMNS says where output goes elsewhere.
pub(crate) fn width() -> Option<usize> {
    let terminal = terminal_size_of(std::io::stdout()).map(|(Width(columns), _)| columns.into());
    terminal.or_else(|| std::env::var("COLUMNS").ok()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(name: &str) -> String {
        let known = ["POP_TOP", "LOAD_FAST", "LOAD_FAST_CHECK", "STORE_FAST", "BINARY_OP_ADD"];
        Refusal::no_such_name("stencil", name, known, "--show stencils").message
    }

    #[test]
    fn a_wrong_name_is_answered_with_the_nearest_ones() {
        assert_eq!(
            refusal("LOAD_FAS"),
            "there is no stencil `LOAD_FAS`; did you mean `LOAD_FAST` or `LOAD_FAST_CHECK`?\n\
             (`--show stencils` lists them all)"
        );
        assert!(refusal("pop_top").contains("; did you mean `POP_TOP`?"));
        assert!(refusal("ADD").contains("; did you mean `BINARY_OP_ADD`?"));
    }

    #[test]
    fn a_name_that_is_like_no_other_is_answered_without_a_guess() {
        let all = "\n(`--show stencils` lists them all)";
        assert_eq!(refusal("xyzzy"), format!("there is no stencil `xyzzy`{all}"));
        assert_eq!(refusal(""), format!("there is no stencil ``{all}"));
    }
}
