//! The tour that fits a terminal window: no blank lines, no long ones, and of each
//! stage what the machine thinks worth seeing. Chapter 5 of the book opens with one.

use super::head::Head;
use super::{Layout, Tour, indented, more};
use crate::command_line::{print, run_to, unbuffered_output};
use crate::{Ending, Machine, Refusal, RunOptions, Stage, view};

/// How many columns a line has at most.
const COLUMNS: usize = 100;

/// How many lines are shown of what the program prints.
const RESULT_LINES: usize = 10;

/// Parts without a blank line between them; at the right of a heading stands how to
/// see more.
pub(super) struct Compact {
    columns: usize,
}

impl Compact {
    /// As wide as the terminal, if that is not too wide to read.
    pub(super) fn here() -> Self {
        Self { columns: view::width().map_or(COLUMNS, |columns| columns.min(COLUMNS)) }
    }

    /// The line, or as much of it as there is room for.
    fn cut(&self, line: &str) -> String {
        if line.chars().count() <= self.columns {
            return format!("{line}\n");
        }
        let kept: String = line.chars().take(self.columns.saturating_sub(1)).collect();
        format!("{kept}…\n")
    }
}

impl Layout for Compact {
    fn heading(&self, number: usize, text: &str, more: Option<&str>) -> String {
        let heading = format!("{number}. {text}");
        let Some(more) = more else { return self.cut(&heading) };
        let room = self.columns.saturating_sub(more.len());
        // Two blanks at least are between the heading and what stands at its right.
        let heading = Self { columns: room.saturating_sub(2) }.cut(&heading);
        format!("{:room$}{more}\n", heading.trim_end())
    }

    fn stage<M: Machine>(&self, stage: &Stage, tour: &Tour<'_, M, Self>) -> String {
        let (text, is_all) = excerpt(stage, tour).unwrap_or_else(|refusal| (refusal.message, true));
        let shown = self.lines(&text);
        let is_cut = shown != indented(text.lines());
        let more = (is_cut || !is_all).then(|| format!("--show {}", stage.name));
        let heading = format!("{}: {}", stage.name, stage.summary);
        self.heading(tour.parts, &heading, more.as_deref()) + &shown
    }

    fn run<M: Machine>(
        &self,
        machine: &M,
        loaded: &M::Loaded,
        options: &RunOptions,
    ) -> Result<Ending, Refusal> {
        let mut out = unbuffered_output();
        let mut head = Head::new(&mut *out, RESULT_LINES);
        let ending = run_to(&mut head, machine, loaded, options)?;
        if head.left_out() > 0 {
            print(&self.cut(&more(head.left_out(), "result")))?;
        }
        Ok(ending)
    }

    fn lines(&self, text: &str) -> String {
        indented(text.lines()).lines().map(|line| self.cut(line)).collect()
    }

    fn directions(&self, machine: &impl Machine) -> String {
        let first = "To go on, with FILE or with this demo: --run, --bench, --show STAGE, --help";
        let own = own_flags(machine);
        let second = (!own.is_empty()).then(|| self.cut(&format!("or {}", own.join(", "))));
        self.cut(first) + &second.unwrap_or_default()
    }
}

/// The flags that no other machine has to have.
fn own_flags(machine: &impl Machine) -> Vec<String> {
    let settings = machine
        .settings()
        .iter()
        .map(|setting| format!("--{} {}", setting.flag, setting.value_name));
    let switches = machine.switches().iter().map(|switch| format!("--{}", switch.flag));
    let features = (!machine.features().is_empty()).then(|| "--without FEATURE".to_owned());
    let views = machine.views().iter().map(|view| format!("--{} {}", view.flag, view.value_name));
    settings.chain(switches).chain(features).chain(views).collect()
}

/// What the machine thinks worth seeing of a stage, or else its first lines; and
/// whether that is all of it.
fn excerpt<M: Machine, L>(stage: &Stage, tour: &Tour<'_, M, L>) -> Result<(String, bool), Refusal> {
    let Tour { machine, loaded, options, .. } = tour;
    if let Some(excerpt) = machine.excerpt(loaded, stage.name, options)? {
        return Ok((excerpt.to_string(), false));
    }
    let text = machine.show(loaded, stage.name, options)?.to_string();
    let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
    let shown = lines.len().min(stage.tour_lines);
    Ok((lines[..shown].join("\n"), shown == lines.len()))
}
