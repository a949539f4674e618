//! The tour of chapters 1 to 4: as many lines of each stage as there is room for,
//! and how many more there are. It is longer than a terminal window.

use super::{Layout, Tour, indented, more};
use crate::{Feature, Listing, Machine, Refusal, Stage, View};

/// Parts with a blank line in front of each.
pub(super) struct Roomy;

impl Layout for Roomy {
    fn heading(&self, number: usize, text: &str, _more: Option<&str>) -> String {
        format!("\n{number}. {text}\n")
    }

    fn stage<M: Machine>(&self, stage: &Stage, tour: &Tour<'_, M, Self>) -> String {
        let heading = format!("{}: {}", stage.name, stage.summary);
        self.heading(tour.parts, &heading, None)
            + &excerpt(tour.machine.show(tour.loaded, stage.name, tour.options), stage)
    }

    fn lines(&self, text: &str) -> String {
        indented(text.lines())
    }

    fn directions(&self, machine: &impl Machine) -> String {
        format!("\n{}", directions(machine.stages(), machine.features(), machine.views()))
    }
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
        text.push_str(&format!("   {}\n", more(lines.len() - shown, stage.name)));
    }
    text
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
