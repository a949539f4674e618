//! `cargo xtask oracle`: records what the test programs print under CPython
//! 3.13, or compares the records with it.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use conformance::corpus::{self, Change, Program};
use conformance::normalize::comparable;
use conformance::process::{self, PATIENCE};
use conformance::{CPython, Engine, Outcome, Workspace};
use indicatif::{ProgressBar, ProgressIterator, ProgressStyle};

use crate::tally::Tally;
use crate::tools;

/// No program of the corpus runs for long.
const CPYTHON_PATIENCE: Duration = Duration::from_secs(60);

/// Who recorded the programs on which we differ from CPython. Any engine may:
/// all of them print the same.
const OURSELVES: &str = "this project's own engines, which differ from CPython here";

#[derive(Args)]
pub(crate) struct Arguments {
    /// Compare the records with what is printed now, and change nothing
    #[arg(long)]
    check: bool,
    /// The programs on which we differ from CPython: record what the newest
    /// engine prints
    #[arg(long)]
    differences: bool,
    /// Only these programs; a name is enough
    names: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let workspace = Workspace::load()?;
    let programs = named(corpus::programs(workspace.root())?, &arguments.names)?;
    let recorder = if arguments.differences {
        Recorder::Ourselves(newest_engine(&workspace)?)
    } else {
        Recorder::CPython(find_cpython()?)
    };
    let tally = if arguments.check {
        check(&programs, &recorder)?
    } else {
        record(&recordable(programs, &recorder, arguments)?, &recorder)?
    };
    println!("{tally}");
    Ok(tally.exit_code())
}

/// Compares the records of all programs with a CPython.
pub(crate) fn check_all(workspace: &Workspace, cpython: CPython) -> Result<Tally> {
    let programs = corpus::programs(workspace.root())?;
    check(&programs, &Recorder::CPython(cpython))
}

/// Who says what a program must print.
enum Recorder {
    CPython(CPython),
    Ourselves(Engine),
}

impl Recorder {
    fn name(&self) -> String {
        match self {
            Self::CPython(cpython) => cpython.name(),
            Self::Ourselves(_) => OURSELVES.to_owned(),
        }
    }

    fn run(&self, program: &Program) -> Result<Outcome> {
        let (folder, name) = (program.folder(), program.file_name());
        Ok(match self {
            Self::CPython(cpython) => cpython.run(folder, &name, CPYTHON_PATIENCE)?,
            Self::Ourselves(engine) => {
                process::capture(&mut engine.command_in(folder, &name, None), PATIENCE)?
            }
        })
    }

    /// Whether the program's record is this one's to write.
    fn records(&self, program: &Program) -> bool {
        matches!(self, Self::Ourselves(_)) == program.differs_from_cpython()
    }
}

fn find_cpython() -> Result<CPython> {
    CPython::find().map_err(|error| anyhow!("{error}\nto get one: {}", tools::CPYTHON.how_to_get()))
}

fn newest_engine(workspace: &Workspace) -> Result<Engine> {
    let chapter = workspace
        .chapters()
        .iter()
        .rfind(|chapter| chapter.runs_python())
        .context("no chapter runs Python yet")?;
    let engines = chapter.build_and_list()?;
    engines.into_iter().next_back().context("the newest chapter has no engine")
}

fn named(programs: Vec<Program>, names: &[String]) -> Result<Vec<Program>> {
    if names.is_empty() {
        return Ok(programs);
    }
    // A name may be given as a path, with or without folder and extension.
    let names: Vec<&str> = names
        .iter()
        .map(|name| name.rsplit('/').next().unwrap_or(name))
        .map(|name| name.strip_suffix(".py").unwrap_or(name))
        .collect();
    for name in &names {
        if !programs.iter().any(|program| program.name() == *name) {
            bail!("there is no program `{name}` in tests/programs");
        }
    }
    Ok(programs.into_iter().filter(|program| names.contains(&program.name())).collect())
}

/// The programs whose records are the recorder's to write. One that was asked
/// for by name must be among them.
fn recordable(
    programs: Vec<Program>,
    recorder: &Recorder,
    arguments: &Arguments,
) -> Result<Vec<Program>> {
    let (recordable, others): (Vec<_>, Vec<_>) =
        programs.into_iter().partition(|program| recorder.records(program));
    match others.first() {
        Some(program) if !arguments.names.is_empty() => {
            bail!("{} is recorded by another: `{}`", program.label(), program.recording_command())
        }
        _ => Ok(recordable),
    }
}

fn record(programs: &[Program], recorder: &Recorder) -> Result<Tally> {
    let bar = bar(programs.len());
    let mut tally = Tally::default();
    for program in programs.iter().progress_with(bar.clone()) {
        bar.set_message(program.label());
        match program.update(&recorder.name(), recorder.run(program)?)? {
            Change::None => {}
            Change::New => bar.suspend(|| println!("new: {}", program.label())),
            Change::Changed(difference) => {
                bar.suspend(|| println!("changed: {}\n{difference}", program.label()));
            }
        }
        tally += Tally::one(true);
    }
    Ok(tally)
}

fn check(programs: &[Program], recorder: &Recorder) -> Result<Tally> {
    let bar = bar(programs.len());
    let mut tally = Tally::default();
    for program in programs.iter().progress_with(bar.clone()) {
        bar.set_message(program.label());
        let complaint = complaint(program, recorder)?;
        if let Some(complaint) = &complaint {
            bar.suspend(|| println!("{}: {complaint}", program.label()));
        }
        tally += Tally::one(complaint.is_none());
    }
    Ok(tally)
}

/// What is wrong with a program's record, if anything is.
fn complaint(program: &Program, recorder: &Recorder) -> Result<Option<String>> {
    let is_our_record = recorder.records(program);
    if !is_our_record && !program.differs_from_cpython() {
        return Ok(None);
    }
    let outcome = recorder.run(program)?;
    let record = match program.record() {
        Ok(record) => record,
        Err(error) => return Ok(Some(error.to_string())),
    };
    if is_our_record {
        let difference = program.difference(&recorder.name(), &outcome)?;
        return Ok(difference
            .map(|difference| format!("the record is not what is printed now\n{difference}")));
    }
    let agree = comparable(&record.outcome) == comparable(&outcome);
    Ok(agree.then(|| {
        "CPython does the same, so this is no difference; move it to another folder".to_owned()
    }))
}

fn bar(programs: usize) -> ProgressBar {
    let style =
        ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}").expect("the template is right");
    ProgressBar::new(programs as u64).with_style(style)
}
