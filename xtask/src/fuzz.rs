//! `cargo xtask fuzz`: any number of random programs, in all engines and in
//! CPython where there is one.

use std::ops::Range;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use anyhow::{Result, bail};
use clap::Args;
use conformance::differential::{Contest, Disagreement, SEEDS_IN_TESTS, Verdict};
use conformance::{CPython, Engine, Lineup, Workspace, fuzz};
use indicatif::{ProgressBar, ProgressStyle};

use crate::tools;

#[derive(Args)]
pub(crate) struct Arguments {
    /// How many programs
    #[arg(long, value_name = "N", default_value_t = 1000)]
    seeds: u64,
    /// The first seed; `cargo xtask test` has those before it
    #[arg(long, value_name = "SEED", default_value_t = SEEDS_IN_TESTS)]
    from: u64,
    /// Only this chapter's engines
    #[arg(long, value_name = "N")]
    chapter: Option<String>,
    /// Only this seed
    #[arg(long, conflicts_with_all = ["seeds", "from"])]
    seed: Option<u64>,
    /// Print the program of the one seed instead of running it
    #[arg(long, requires = "seed")]
    print: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    if arguments.print {
        print!("{}", fuzz::generate(arguments.first_seed()));
        return Ok(ExitCode::SUCCESS);
    }
    let workspace = Workspace::load()?;
    let engines = engines(&workspace, arguments.chapter.as_deref())?;
    let cpython = CPython::find().ok();
    println!("{}", announcement(&engines, cpython.as_ref()));
    let contest = Contest::new(engines, cpython);
    let result = Search::new(arguments.all_seeds()).run(&contest)?;
    println!("{}", result.summary());
    let Some((seed, disagreement)) = result.disagreement else {
        return Ok(ExitCode::SUCCESS);
    };
    println!("Seed {seed} is disagreed about; making its program smaller …\n");
    let folder = workspace.target_directory().join("fuzz");
    println!("{}", contest.shrink(seed, disagreement, &folder)?);
    Ok(ExitCode::FAILURE)
}

impl Arguments {
    fn first_seed(&self) -> u64 {
        self.seed.unwrap_or(self.from)
    }

    fn all_seeds(&self) -> Range<u64> {
        let count = if self.seed.is_some() { 1 } else { self.seeds };
        self.first_seed()..self.first_seed().saturating_add(count)
    }
}

fn engines(workspace: &Workspace, chapter: Option<&str>) -> Result<Vec<Engine>> {
    let chapters = match chapter {
        Some(number) => std::slice::from_ref(workspace.chapter(number)?),
        None => workspace.chapters(),
    };
    let mut lineup = Lineup::assemble(chapters);
    for (chapter, error) in std::mem::take(&mut lineup.broken) {
        eprintln!("{chapter} takes no part: {error}");
    }
    if lineup.engines.is_empty() {
        bail!("there is no engine to run; `cargo xtask chapter` lists the chapters");
    }
    Ok(lineup.into_all())
}

fn announcement(engines: &[Engine], cpython: Option<&CPython>) -> String {
    let mut names: Vec<String> = engines.iter().map(ToString::to_string).collect();
    match cpython {
        Some(cpython) => names.push(cpython.name()),
        None => names.push(format!("no CPython 3.13 ({})", tools::CPYTHON.how_to_get())),
    }
    format!("Running {}", names.join(", "))
}

/// Some seeds that several threads try, until one finds a disagreement.
struct Search {
    seeds: Range<u64>,
    next: AtomicU64,
    is_over: AtomicBool,
    findings: Mutex<Findings>,
    bar: ProgressBar,
}

#[derive(Debug, Default)]
struct Findings {
    agreed: u64,
    too_slow: Vec<u64>,
    disagreement: Option<(u64, Disagreement)>,
}

impl Search {
    fn new(seeds: Range<u64>) -> Self {
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len} programs, {eta} to go")
            .expect("the template is right");
        Self {
            next: AtomicU64::new(seeds.start),
            is_over: AtomicBool::new(false),
            findings: Mutex::default(),
            bar: ProgressBar::new(seeds.end - seeds.start).with_style(style),
            seeds,
        }
    }

    fn run(self, contest: &Contest) -> Result<Findings> {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        thread::scope(|scope| {
            let workers: Vec<_> =
                (0..threads).map(|_| scope.spawn(|| self.work(contest))).collect();
            workers
                .into_iter()
                .try_for_each(|worker| worker.join().expect("a worker does not panic"))
        })?;
        self.bar.finish_and_clear();
        Ok(self.findings.into_inner().expect("no worker panics with it"))
    }

    fn work(&self, contest: &Contest) -> Result<()> {
        while !self.is_over.load(Ordering::Relaxed) {
            let seed = self.next.fetch_add(1, Ordering::Relaxed);
            if !self.seeds.contains(&seed) {
                break;
            }
            let end_search = |_: &_| self.is_over.store(true, Ordering::Relaxed);
            let verdict = contest.run_seed(seed).inspect_err(end_search)?;
            self.bar.inc(1);
            self.note(seed, verdict);
        }
        Ok(())
    }

    fn note(&self, seed: u64, verdict: Verdict) {
        let mut findings = self.findings.lock().expect("no worker panics with it");
        match verdict {
            Verdict::Agreed => findings.agreed += 1,
            Verdict::CPythonTooSlow => findings.too_slow.push(seed),
            Verdict::Disagreed(disagreement) => {
                findings.disagreement = Some((seed, disagreement));
                self.is_over.store(true, Ordering::Relaxed);
            }
        }
    }
}

impl Findings {
    fn summary(&self) -> String {
        let mut summary = format!("{} programs: all agree", self.agreed);
        if !self.too_slow.is_empty() {
            let seeds: Vec<String> = self.too_slow.iter().map(ToString::to_string).collect();
            summary += &format!(
                "\n{} more: the engines agree; CPython took too long (seed {})",
                self.too_slow.len(),
                seeds.join(", ")
            );
        }
        summary
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_that_cpython_was_too_slow_for_are_never_silent() {
        let findings = Findings { agreed: 98, too_slow: vec![7, 31], disagreement: None };
        let summary = findings.summary();
        assert!(summary.contains("98 programs: all agree"), "{summary}");
        assert!(summary.contains("2 more") && summary.contains("seed 7, 31"), "{summary}");
    }
}
