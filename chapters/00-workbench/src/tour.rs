//! The tour: what a chapter shows when it is started without a flag. From
//! source to result to payoff on one screen: the first lines of each stage,
//! the run, and how to see more. Every chapter of the book opens with one.

use std::time::{Duration, Instant};

use crate::command_line::{STANDARD_INPUT, engines, print, race_table, run};
use crate::{Ending, Feature, Listing, Machine, Refusal, RunOptions, Stage, View};

/// A program that runs longer than this is run only once in a tour.
const LONG: Duration = Duration::from_secs(2);

/// Rounds of the race at the end; `--bench` takes more.
const ROUNDS: usize = 3;

/// Shows the stages, runs the program, races the engines.
pub(crate) fn conduct<M: Machine>(
    machine: &M,
    loaded: &M::Loaded,
    options: &RunOptions,
    file: Option<&str>,
) -> Result<Ending, Refusal> {
    let about = machine.about();
    print(&format!("{}\n{}\n", about.title, about.summary))?;
    let mut number = 0;
    let mut heading = |text: String| {
        number += 1;
        print(&format!("\n{number}. {text}\n"))
    };
    let stages = || machine.stages().iter().filter(|stage| stage.tour_lines > 0);
    for stage in stages().filter(|stage| !stage.runs_program) {
        heading(format!("{}: {}", stage.name, stage.summary))?;
        print(&excerpt(machine.show(loaded, stage.name, options), stage))?;
    }

    heading(format!("result, by the engine `{}`", options.engine))?;
    let start = Instant::now();
    let ending = run(machine, loaded, options)?;
    if ending != Ending::Status(0) {
        return Ok(ending);
    }
    if start.elapsed() < LONG {
        for stage in stages().filter(|stage| stage.runs_program) {
            heading(format!("{}: {}", stage.name, stage.summary))?;
            print(&excerpt(machine.show(loaded, stage.name, options), stage))?;
        }
        // What was read from standard input cannot be read again.
        if file != Some(STANDARD_INPUT) {
            heading("payoff: the engines in a race".to_owned())?;
            let table = race_table(&engines(machine, file, options)?, ROUNDS)?;
            print(&indented(table.lines()))?;
        }
    }
    print(&format!("\n{}", directions(machine.stages(), machine.features(), machine.views())))
}

/// As many lines of a stage as it has room for; where it cannot be had on this
/// machine, the reason.
fn excerpt(listing: Result<Listing, Refusal>, stage: &Stage) -> String {
    let text = match listing {
        Ok(listing) => listing.to_string(),
        Err(refusal) => return indented(refusal.message.lines()),
    };
    let lines: Vec<&str> = text.lines().collect();
    let shown = lines.len().min(stage.tour_lines);
    let mut text = indented(lines[..shown].iter().copied());
    if shown < lines.len() {
        let rest = lines.len() - shown;
        let lines = if rest == 1 { "line" } else { "lines" };
        text.push_str(&format!("   … {rest} more {lines}: --show {}\n", stage.name));
    }
    text
}

/// Indents all lines but blank ones.
fn indented<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let indent =
        |line: &str| if line.is_empty() { "\n".to_owned() } else { format!("   {line}\n") };
    lines.map(indent).collect()
}

/// How to go on from here.
fn directions(stages: &[Stage], features: &[Feature], views: &[View]) -> String {
    let stages: Vec<&str> = stages.iter().map(|stage| stage.name).collect();
    let mut text = format!(
        "To go on, with FILE or with this demo:\n   \
         --show {}\n   --run, --bench, --help\n",
        stages.join("|")
    );
    if !features.is_empty() {
        let names: Vec<&str> = features.iter().map(|feature| feature.name).collect();
        text.push_str(&format!("   --without {}\n", names.join("|")));
    }
    if !views.is_empty() {
        let flags = views.iter().map(|view| format!("--{} {}", view.flag, view.value_name));
        text.push_str(&format!(
            "Without a program:\n   {}\n",
            flags.collect::<Vec<_>>().join(", ")
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAGE: Stage = Stage { name: "code", summary: "", tour_lines: 2, runs_program: false };

    #[test]
    fn an_excerpt_says_how_much_is_missing() {
        let text = excerpt(Ok(Listing::from_text("one\ntwo\nthree\n")), &STAGE);
        assert_eq!(text, "   one\n   two\n   … 1 more line: --show code\n");
    }

    #[test]
    fn a_stage_that_cannot_be_had_does_not_end_the_tour() {
        let refusal = Refusal { message: "not here".into(), status: 1 };
        assert_eq!(excerpt(Err(refusal), &STAGE), "   not here\n");
    }

    #[test]
    fn the_directions_name_stages_features_and_views() {
        let view = View { flag: "part", value_name: "NAME", summary: "One part of it" };
        let lines = |text: String| text.lines().map(str::to_owned).collect::<Vec<_>>();
        let feature = Feature { name: "speed", summary: "It is fast" };
        let without = lines(directions(&[STAGE], &[], &[]));
        let with = lines(directions(&[STAGE], &[feature, feature], &[view, view]));
        assert_eq!(without[1..], ["   --show code", "   --run, --bench, --help"]);
        assert_eq!(with[..3], without);
        assert_eq!(with[3], "   --without speed|speed");
        assert_eq!(with[4..], ["Without a program:", "   --part NAME, --part NAME"]);
    }
}
