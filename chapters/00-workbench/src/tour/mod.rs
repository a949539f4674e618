//! The tour: what a chapter shows when it is started without a flag. From
//! source to result to payoff on one screen: the first lines of each stage,
//! the run, and how to see more. Every chapter of the book opens with one.

mod roomy;
mod compact;
mod head;

use std::time::{Duration, Instant};

use self::compact::Compact;
use self::roomy::Roomy;
use crate::command_line::{STANDARD_INPUT, print, run, short_race};
use crate::{Ending, Machine, Refusal, RunOptions, Stage};

/// A program that runs longer than this is run only once in a tour.
const LONG: Duration = Duration::from_secs(2);

/// Shows the stages, runs the program, races the engines.
pub(crate) fn conduct<M: Machine>(
    machine: &M,
    loaded: &M::Loaded,
    options: &RunOptions,
    file: Option<&str>,
) -> Result<Ending, Refusal> {
    // A tour of which nobody reads the rest, as in `… | head`, ends there.
    sigpipe::reset();
    if machine.has_compact_tour() {
        Tour { machine, loaded, options, layout: Compact::here(), parts: 0 }.conduct(file)
    } else {
        Tour { machine, loaded, options, layout: Roomy, parts: 0 }.conduct(file)
    }
}

/// How the parts of a tour look on the screen. All of it ends with a line break.
trait Layout: Sized {
    /// The heading of a part; `more` is a flag that shows more than the part does.
    fn heading(&self, number: usize, text: &str, more: Option<&str>) -> String;

    /// The heading of a stage, and some of what it shows; where it cannot be had on
    /// this machine, the reason.
    fn stage<M: Machine>(&self, stage: &Stage, tour: &Tour<'_, M, Self>) -> String;

    /// Runs the program, and shows what it prints, or some of it.
    fn run<M: Machine>(
        &self,
        machine: &M,
        loaded: &M::Loaded,
        options: &RunOptions,
    ) -> Result<Ending, Refusal> {
        run(machine, loaded, options)
    }

    /// What stands below a heading.
    fn lines(&self, text: &str) -> String;

    /// How to go on from here.
    fn directions(&self, machine: &impl Machine) -> String;
}

/// A tour on its way.
struct Tour<'a, M: Machine, L> {
    machine: &'a M,
    loaded: &'a M::Loaded,
    options: &'a RunOptions,
    layout: L,
    /// How many parts there are up to now.
    parts: usize,
}

impl<M: Machine, L: Layout> Tour<'_, M, L> {
    fn conduct(&mut self, file: Option<&str>) -> Result<Ending, Refusal> {
        let about = self.machine.about();
        print(&format!("{}\n{}\n", about.title, about.summary))?;
        self.stages(|stage| !stage.runs_program)?;
        self.heading(
            &format!("result, by the engine `{}`", self.options.engine),
            Some("--show result"),
        )?;
        let start = Instant::now();
        let ending = self.layout.run(self.machine, self.loaded, self.options)?;
        if ending != Ending::Status(0) {
            return Ok(ending);
        }
        if start.elapsed() < LONG {
            self.stages(|stage| stage.runs_program)?;
            // What was read from standard input cannot be read again.
            if file != Some(STANDARD_INPUT) {
                self.heading("payoff: the engines in a race", Some("--show payoff"))?;
                let table = short_race(self.machine, file, self.options)?;
                print(&self.layout.lines(&table))?;
            }
        }
        print(&self.layout.directions(self.machine))
    }

    /// Shows those stages for which there is room.
    fn stages(&mut self, are_next: impl Fn(&Stage) -> bool) -> Result<(), Refusal> {
        let with_room = self.machine.stages().iter().filter(|stage| stage.tour_lines > 0);
        for stage in with_room.filter(|stage| are_next(stage)) {
            self.parts += 1;
            print(&self.layout.stage(stage, self))?;
        }
        Ok(())
    }

    fn heading(&mut self, text: &str, more: Option<&str>) -> Result<(), Refusal> {
        self.parts += 1;
        print(&self.layout.heading(self.parts, text, more)).map(|_| ())
    }
}

/// Says that there are more lines of a stage.
fn more(lines: usize, stage: &str) -> String {
    let plural = if lines == 1 { "" } else { "s" };
    format!("… {lines} more line{plural}: --show {stage}")
}

/// Indents all lines but blank ones.
fn indented<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let indent =
        |line: &str| if line.is_empty() { "\n".to_owned() } else { format!("   {line}\n") };
    lines.map(indent).collect()
}
