//! Random programs, the same ones on every run: every engine, in every variation,
//! alone and hopping, and CPython 3.13 where there is one, must agree about each.
//! `cargo xtask fuzz` runs as many others as you like.

mod harness;

use std::ops::Range;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use conformance::differential::{Contest, SEEDS_IN_TESTS, Verdict};
use conformance::{CPython, Lineup, Workspace};
use libtest_mimic::{Completion, Failed, Trial};

/// Seeds in one test: enough tests to use all cores, few enough to read.
const SEEDS_IN_BLOCK: u64 = 25;

fn main() -> ExitCode {
    harness::run(trials())
}

fn trials() -> Result<Vec<Trial>, Box<dyn std::error::Error>> {
    let workspace = Workspace::load()?;
    let lineup = Lineup::assemble(workspace.selected_chapters()?);
    // A chapter that does not build fails in `programs`.
    if lineup.engines.is_empty() {
        return Ok(Vec::new());
    }
    let findings = workspace.target_directory().join("fuzz");
    let contest = Arc::new(Contest::new(lineup.into_all(), CPython::find().ok()));
    Ok((0..SEEDS_IN_TESTS)
        .step_by(usize::try_from(SEEDS_IN_BLOCK)?)
        .map(|first| {
            let seeds = first..(first + SEEDS_IN_BLOCK).min(SEEDS_IN_TESTS);
            let (contest, findings) = (Arc::clone(&contest), findings.clone());
            let name = format!("seeds/{}-{}", seeds.start, seeds.end - 1);
            Trial::ignorable_test(name, move || run_block(&contest, seeds, findings))
        })
        .collect())
}

/// Fails with the first seed that is disagreed about; is ignored, with the
/// reason, if CPython could not be compared on every seed.
fn run_block(
    contest: &Contest,
    seeds: Range<u64>,
    findings: PathBuf,
) -> Result<Completion, Failed> {
    let mut too_slow = Vec::new();
    for seed in seeds {
        match contest.run_seed(seed)? {
            Verdict::Agreed => {}
            Verdict::CPythonTooSlow => too_slow.push(seed.to_string()),
            Verdict::Disagreed(disagreement) => {
                let finding = contest.shrink(seed, disagreement, &findings)?;
                return Err(finding.to_string().into());
            }
        }
    }
    if too_slow.is_empty() {
        return Ok(Completion::Completed);
    }
    Ok(Completion::ignored_with(format!(
        "CPython took too long for a comparison with seed {}; all engines agree",
        too_slow.join(", ")
    )))
}
