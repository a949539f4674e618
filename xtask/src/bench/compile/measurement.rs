//! The rounds: every compiler compiles every workload once a round, in turn, so
//! that a slow minute of the machine hits all alike.

use anyhow::Result;
use indicatif::ProgressBar;

use super::compiler::{Compiler, Speed};
use super::workload::{LONG, SHORT, Workload};

/// What one compiler did with one workload.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    pub(super) workload: &'a Workload,
    pub(super) compiler: &'a Compiler,
    /// One for each kind of memory, or why there is none.
    pub(super) result: Result<Vec<Speed>, String>,
}

/// How much longer the long function took than the short one.
#[derive(Debug)]
pub(super) struct Scaling<'a> {
    pub(super) compiler: &'a Compiler,
    pub(super) memory: &'a str,
    /// Of the times for exactly a hundred times as many instructions.
    pub(super) ratio: f64,
}

/// Measures for `rounds` rounds. `bar` counts the runs.
///
/// # Errors
/// A compiler crashes or hangs. That it does not compile a workload is no error.
pub(super) fn measure<'a>(
    workloads: &'a [Workload],
    compilers: &'a [Compiler],
    rounds: usize,
    bar: &ProgressBar,
) -> Result<Vec<Entry<'a>>> {
    let entry = |workload, compiler| Entry { workload, compiler, result: Ok(Vec::new()) };
    let entries =
        workloads.iter().flat_map(|workload| compilers.iter().map(move |it| entry(workload, it)));
    let mut entries: Vec<Entry<'_>> = entries.collect();
    for _ in 0..rounds {
        for entry in &mut entries {
            bar.set_message(format!("{} on {}", entry.compiler.name(), entry.workload.name));
            entry.round()?;
            bar.inc(1);
        }
    }
    for speed in entries.iter_mut().flat_map(Entry::speeds_mut) {
        speed.laps.sort_unstable_by(f64::total_cmp);
    }
    Ok(entries)
}

/// The ratio of each compiler and each kind of memory.
pub(super) fn scalings<'a>(entries: &'a [Entry<'a>]) -> Vec<Scaling<'a>> {
    let long = entries.iter().filter(|entry| entry.workload.name == LONG);
    let pairs = long.flat_map(|entry| entry.speeds().iter().map(move |speed| (entry, speed)));
    let ratio = |(entry, long): (&'a Entry<'a>, &'a Speed)| {
        let (compiler, memory) = (entry.compiler, long.memory.as_str());
        let is_short = |other: &&Entry<'_>| {
            other.workload.name == SHORT && std::ptr::eq(other.compiler, compiler)
        };
        let mut short = entries.iter().find(is_short)?.speeds().iter();
        let short = short.find(|speed| speed.memory == memory)?;
        Some(Scaling { compiler, memory, ratio: 100.0 * long.median() / short.median() })
    };
    pairs.filter_map(ratio).collect()
}

impl Entry<'_> {
    /// One run. Who has refused once is not asked again.
    fn round(&mut self) -> Result<()> {
        if let Ok(speeds) = &mut self.result {
            match self.compiler.compile(&self.workload.files)? {
                Ok(round) => add(speeds, round),
                Err(reason) => self.result = Err(reason),
            }
        }
        Ok(())
    }

    /// The speeds; none, if the compiler refused.
    pub(super) fn speeds(&self) -> &[Speed] {
        self.result.as_deref().unwrap_or_default()
    }

    fn speeds_mut(&mut self) -> &mut [Speed] {
        self.result.as_deref_mut().unwrap_or_default()
    }
}

/// Adds the laps of a round to those before.
fn add(speeds: &mut Vec<Speed>, round: Vec<Speed>) {
    for speed in round {
        match speeds.iter_mut().find(|before| before.memory == speed.memory) {
            Some(before) => before.laps.extend(speed.laps),
            None => speeds.push(speed),
        }
    }
}

impl Speed {
    /// The middle lap (of an even number, the longer of the two middle ones), in
    /// nanoseconds per bytecode.
    ///
    /// # Panics
    /// When there is no lap.
    pub(super) fn median(&self) -> f64 {
        self.laps[self.laps.len() / 2]
    }
}
