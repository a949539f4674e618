//! `cargo xtask test`: everything that this machine can check, step by step,
//! and at the end what it could not check.

mod report;
mod step;

use std::env;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Result;
use clap::Args;
use conformance::{Chapter, Workspace};

use crate::suite::step::Step;
use crate::tally::Tally;
use crate::tools::{TOOLS, Tool};

#[derive(Args)]
pub(crate) struct Arguments {
    /// Test only this chapter: its own tests, then all programs in its engines
    #[arg(value_name = "N")]
    chapter: Option<String>,
}

/// What the steps act on.
struct Suite {
    workspace: Workspace,
    /// The only chapter to test.
    only: Option<Chapter>,
    /// The tools that would be used if they were here.
    missing: Vec<&'static Tool>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let workspace = Workspace::load()?;
    let only = match &arguments.chapter {
        Some(number) => Some(workspace.chapter(number)?.clone()),
        None => None,
    };
    let suite = Suite { missing: missing_tools(workspace.root()), workspace, only };
    let steps = if suite.only.is_some() { step::OF_A_CHAPTER } else { step::ALL };
    let mut total = suite.tools();
    let mut failed_steps = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        println!("\n[{}/{}] {}: {}", index + 1, steps.len(), step.name, step.what);
        let tally = suite.run_step(step);
        if tally.failed > 0 {
            failed_steps.push(step.name);
        }
        total += tally;
    }
    print!("\n{}", conclusion(&total, &failed_steps));
    Ok(total.exit_code())
}

fn missing_tools(root: &Path) -> Vec<&'static Tool> {
    TOOLS.iter().filter(|tool| tool.is_used(root) && tool.version().is_none()).collect()
}

impl Suite {
    fn run_step(&self, step: &Step) -> Tally {
        if let Some(tool) = self.missing.iter().find(|tool| step.needs == Some(tool.name)) {
            println!("left out: there is no {} here", tool.name);
            return Tally::default();
        }
        let start = Instant::now();
        // A step that cannot be run must not keep the others from being run.
        let tally = (step.run)(self).unwrap_or_else(|error| {
            println!("error: {error:#}");
            Tally::one(false)
        });
        let seconds = start.elapsed().as_secs_f64();
        let verdict = if tally.failed == 0 { "ok" } else { "FAILED" };
        println!("{verdict}, {seconds:.1} s");
        tally
    }

    /// The tools that are missing: failures where CI requires them, else what
    /// is left out.
    fn tools(&self) -> Tally {
        let is_ci = env::var("CI").is_ok_and(|value| value == "true");
        let mut tally = Tally::default();
        for tool in &self.missing {
            let (name, cure) = (tool.name, tool.how_to_get());
            if is_ci && tool.is_required(self.workspace.root()) {
                println!("error: {name} is required in CI and missing; to get it: {cure}");
                tally += Tally::one(false);
            } else {
                let without = tool.without;
                tally += Tally::skipped(format!("no {name}: {without}; to get it: {cure}"));
            }
        }
        tally
    }
}

/// What was left out, what failed, and the counts, which stand alone on the
/// last line.
fn conclusion(total: &Tally, failed_steps: &[&str]) -> String {
    let mut text = String::new();
    if !total.skipped.is_empty() {
        text += "Left out:\n";
        for reason in &total.skipped {
            text += &format!("  - {reason}\n");
        }
    }
    if !failed_steps.is_empty() {
        text += &format!("Failed: {}\n", failed_steps.join(", "));
    }
    text + &format!("{total}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counts_stand_alone_on_the_last_line() {
        let mut total = Tally::one(true);
        total += Tally::one(false);
        total += Tally::skipped("no clippy: the code is not linted".to_owned());
        assert_eq!(
            conclusion(&total, &["doc"]),
            "Left out:\n  - no clippy: the code is not linted\n\
             Failed: doc\n\
             1 passed, 1 failed, 1 skipped\n"
        );
    }
}
