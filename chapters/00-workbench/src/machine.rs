//! What a chapter has to be so that it fits on the bench: it loads a source,
//! lists its stages, and runs. Chapter 0 of the book builds the first one.

use std::io::Write;

use crate::{Compiler, Listing, View};

/// A chapter as the bench sees it.
///
/// The bench asks for names and shows listings. What language is loaded, and
/// how it is run, is the chapter's own business.
pub trait Machine {
    /// What [`load`](Machine::load) makes of a source.
    type Loaded;

    /// Who this is: shown in help texts and at the top of the tour.
    fn about(&self) -> About;

    /// The stages that can be shown, in the order of the pipeline. Two more come behind
    /// them in every machine: `result`, what the program prints, and `payoff`, a race.
    fn stages(&self) -> &'static [Stage];

    /// The engines that there are, oldest first. The newest one that can run here
    /// is the default.
    fn engines(&self) -> &'static [EngineName];

    /// What can be switched off, in the order in which a program meets it:
    /// `--without NAME`. Most machines have no such features, and no such flag.
    fn features(&self) -> &'static [Feature] {
        &[]
    }

    /// What can be switched on, each with a flag of its own: `--NAME`. Most machines
    /// have no switches.
    fn switches(&self) -> &'static [Switch] {
        &[]
    }

    /// What takes one of several values, or a size, each with a flag of its own:
    /// `--FLAG VALUE`. Most machines have no settings.
    fn settings(&self) -> &'static [Setting] {
        &[]
    }

    /// Other ways to run a program in which it must do the same: for each, the flags
    /// that are added to the command line. Those who test the newest engine test it
    /// with each of them. Most machines have no variations.
    fn variations(&self) -> &'static [&'static [&'static str]] {
        &[]
    }

    /// What can be viewed by name, without a program. Most machines have no views.
    fn views(&self) -> &'static [View] {
        &[]
    }

    /// Turns a source into something that can be shown and run.
    ///
    /// # Errors
    /// A [`Refusal`] when the source is not a program for this machine.
    fn load(&self, source: Source) -> Result<Self::Loaded, Refusal>;

    /// Lists one stage, as the engine of `options` sees it; `stage` is one of the
    /// names in [`stages`](Machine::stages).
    ///
    /// # Errors
    /// A [`Refusal`] when the stage cannot be had for this program.
    fn show(
        &self,
        loaded: &Self::Loaded,
        stage: &str,
        options: &RunOptions,
    ) -> Result<Listing, Refusal>;

    /// Whether the tour fits a terminal window: it then leaves out blank lines, cuts
    /// long ones, and shows [excerpts](Machine::excerpt) of the stages.
    fn has_compact_tour(&self) -> bool {
        false
    }

    /// What a [compact tour](Machine::has_compact_tour) shows of a stage, where that
    /// is not its first lines. `stage` is as for [`show`](Machine::show).
    ///
    /// # Errors
    /// A [`Refusal`] when the stage cannot be had for this program.
    fn excerpt(
        &self,
        _loaded: &Self::Loaded,
        _stage: &str,
        _options: &RunOptions,
    ) -> Result<Option<Listing>, Refusal> {
        Ok(None)
    }

    /// Shows what has a name, as the engine of `options` sees it; `view` is the flag
    /// of one of the [`views`](Machine::views). `width` is how many columns there
    /// are, where that is known: parts may then stand side by side.
    ///
    /// # Errors
    /// A [`Refusal`] when nothing has this name: see [`Refusal::no_such_name`].
    fn view(
        &self,
        view: &str,
        name: &str,
        options: &RunOptions,
        width: Option<usize>,
    ) -> Result<String, Refusal> {
        unreachable!("--{view} {name}, {options:?}, {width:?}: this machine has no views")
    }

    /// What compiles these programs for the engine of `options`, so that it can be
    /// timed; nothing, if the engine compiles nothing. All that is done once, such
    /// as reading stencils, is done when this returns. With no programs it tells
    /// whether there is a compiler.
    ///
    /// # Errors
    /// A [`Refusal`] when the engine has a compiler that cannot be had.
    fn compiler<'a>(
        &self,
        _programs: &'a [Self::Loaded],
        _options: &RunOptions,
    ) -> Result<Option<Box<dyn Compiler + 'a>>, Refusal> {
        Ok(None)
    }

    /// Runs the program, which writes to `console` and to nothing else.
    ///
    /// # Errors
    /// A [`Refusal`] when the engine cannot run here at all.
    fn run(
        &self,
        loaded: &Self::Loaded,
        options: &RunOptions,
        console: Console<'_>,
    ) -> Result<Ending, Refusal>;
}

/// A chapter's name and demonstration.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// The chapter's number and title, as in "Chapter 1: a bytecode VM".
    pub title: &'static str,
    /// One sentence on what the chapter's machine does.
    pub summary: &'static str,
    /// What is loaded when no file is named: its name and its text.
    pub demo: (&'static str, &'static str),
}

/// A step of the pipeline that can be looked at: `--show NAME`.
#[derive(Clone, Copy, Debug)]
pub struct Stage {
    /// The name, as typed.
    pub name: &'static str,
    /// One line on what it shows.
    pub summary: &'static str,
    /// How many lines of it the tour shows; 0 leaves it out of the tour.
    pub tour_lines: usize,
    /// Whether the program has to be run for it.
    pub runs_program: bool,
}

/// A way to run a program: `--engine NAME`.
#[derive(Clone, Copy, Debug)]
pub struct EngineName {
    /// The name, as typed.
    pub name: &'static str,
    /// One line on how it runs a program.
    pub summary: &'static str,
    /// Where it cannot run on this machine: what it needs and what to do instead.
    pub obstacle: Option<&'static str>,
    /// Whether it is an earlier chapter's, and here to be compared with. It is left
    /// out of `--list engines`, for those who test all engines of all chapters.
    pub inherited: bool,
}

/// A part of a machine that can be switched off, so that one sees what it is good
/// for: `--without NAME`.
#[derive(Clone, Copy, Debug)]
pub struct Feature {
    /// The name, as typed.
    pub name: &'static str,
    /// One line on what it does.
    pub summary: &'static str,
}

/// Something that a machine does only when it is asked to.
#[derive(Clone, Copy, Debug)]
pub struct Switch {
    /// The flag, without the dashes.
    pub flag: &'static str,
    /// The environment variable that switches it on, too, if there is one.
    pub variable: Option<&'static str>,
    /// One line on what it does.
    pub summary: &'static str,
}

/// Something about a machine that can be chosen: `--FLAG VALUE`, or in an
/// environment variable. The flag counts, where both are given.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// The flag, without the dashes.
    pub flag: &'static str,
    /// What the help text calls its value: "WHEN".
    pub value_name: &'static str,
    /// What can be chosen, and what is if nothing is said.
    pub values: SettingValues,
    /// The environment variable.
    pub variable: &'static str,
    /// One line on what is chosen.
    pub summary: &'static str,
}

/// What can be chosen in a [`Setting`].
#[derive(Clone, Copy, Debug)]
pub enum SettingValues {
    /// One of some names.
    OneOf {
        /// The names.
        choices: &'static [Choice],
        /// One of them.
        default: &'static str,
    },
    /// A number of bytes: 65536, 64KiB, 1MB.
    Bytes {
        /// So many, if nothing is said.
        default: u64,
    },
}

/// A value of a [`Setting`] that is a name.
#[derive(Clone, Copy, Debug)]
pub struct Choice {
    /// The name, as typed.
    pub name: &'static str,
    /// One line on what it means.
    pub summary: &'static str,
}

/// A program's text before anybody has looked at it.
#[derive(Clone, Debug)]
pub struct Source {
    /// The name as it was given on the command line.
    pub name: String,
    /// The bytes of the file, in whatever encoding they are.
    pub text: Vec<u8>,
}

/// Why a source was not accepted, ready to be printed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// What is wrong, where, and what to do; ends without a line break.
    pub message: String,
    /// The exit status that this calls for.
    pub status: u8,
}

/// How to run a program.
#[derive(Clone, Debug, Default)]
pub struct RunOptions {
    /// The engine's name; one of [`Machine::engines`].
    pub engine: String,
    /// With a seed, control passes between engines at random places.
    pub hop: Option<u64>,
    /// The features that are switched off: some of [`Machine::features`], in their
    /// order, each of them once.
    pub without: Vec<String>,
    /// The switches that are on: some of [`Machine::switches`].
    pub switched_on: Vec<String>,
    /// The flags and values of those [`Machine::settings`] that are given, on the
    /// command line or in the environment. A number of bytes is in plain digits.
    pub settings: Vec<(String, String)>,
}

impl RunOptions {
    /// Whether a feature is on: it is, if it is not switched off.
    #[must_use]
    pub fn has(&self, feature: &str) -> bool {
        !self.without.iter().any(|off| off == feature)
    }

    /// Whether a switch is on: it is, if it is switched on.
    #[must_use]
    pub fn wants(&self, flag: &str) -> bool {
        self.switched_on.iter().any(|on| on == flag)
    }

    /// The value of a setting, if it is given.
    #[must_use]
    pub fn setting(&self, flag: &str) -> Option<&str> {
        self.settings.iter().find_map(|(name, value)| (name == flag).then_some(value.as_str()))
    }

    /// The value of a setting that is a number of bytes, if it is given.
    ///
    /// # Panics
    /// When the setting is not a number of bytes.
    #[must_use]
    pub fn bytes(&self, flag: &str) -> Option<u64> {
        let value = self.setting(flag)?;
        Some(value.parse().unwrap_or_else(|_| panic!("--{flag} {value} is no number of bytes")))
    }
}

/// Where a running program writes.
pub struct Console<'a> {
    /// Standard output, without a buffer. On Unix a write that a signal
    /// interrupts returns [`Interrupted`](std::io::ErrorKind::Interrupted).
    pub out: &'a mut dyn Write,
    /// Whether standard output is a terminal, where every line should appear at once.
    pub is_terminal: bool,
    /// Standard error.
    pub err: &'a mut dyn Write,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The process should exit with this status.
    Status(u8),
    /// The process should die of an interrupt (SIGINT), as a shell expects
    /// of a program that was stopped with Ctrl-C.
    Interrupted,
}
