//! A race: whole processes, timed in interleaved rounds, so that a slow minute
//! of the machine hits all contestants alike. The workbench's stop-watch does
//! the same for one chapter; this one sees the contestants of all of them, and
//! holds what they print against each other first.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use conformance::process::{self, PATIENCE};
use indicatif::ProgressBar;

use crate::bench::contestant::Contestant;
use crate::bench::program::Program;

/// What a race came to.
#[derive(Debug)]
pub(super) struct Race {
    /// What was run.
    pub(super) program: &'static Program,
    /// The times, in the order of the contestants.
    pub(super) laps: Vec<Lap>,
}

/// One contestant's times.
#[derive(Debug)]
pub(super) struct Lap {
    /// The contestant's name.
    pub(super) name: String,
    /// Wall-clock time of each round, shortest first; start of the process to
    /// its end.
    pub(super) times: Vec<Duration>,
}

/// Lets every contestant run `file` once per round, in turn, for `rounds`
/// rounds after a rehearsal, which does not count. `bar` counts all runs.
///
/// # Errors
/// A contestant cannot be started, hangs, does not exit with status 0, or
/// prints something else than the first one.
pub(super) fn run(
    program: &'static Program,
    file: &Path,
    contestants: &[Contestant],
    rounds: usize,
    bar: &ProgressBar,
) -> Result<Race> {
    let announce = |contestant: &Contestant| {
        bar.set_message(format!("{} on {}", contestant.name, program.name));
    };
    let mut printed = Vec::new();
    for contestant in contestants {
        announce(contestant);
        printed.push(rehearse(contestant, file)?);
        bar.inc(1);
    }
    refuse_differences(contestants, &printed)?;
    let mut laps: Vec<Lap> = contestants.iter().map(Lap::of).collect();
    for _ in 0..rounds {
        for (contestant, lap) in contestants.iter().zip(&mut laps) {
            announce(contestant);
            lap.times.push(time(contestant, file)?);
            bar.inc(1);
        }
    }
    laps.iter_mut().for_each(|lap| lap.times.sort_unstable());
    Ok(Race { program, laps })
}

impl Lap {
    fn of(contestant: &Contestant) -> Self {
        Self { name: contestant.name.clone(), times: Vec::new() }
    }

    /// The middle time (of an even number, the longer of the two middle ones).
    ///
    /// # Panics
    /// When there is no time.
    pub(super) fn median(&self) -> Duration {
        self.times[self.times.len() / 2]
    }
}

/// One run that is not timed; returns what it prints.
fn rehearse(contestant: &Contestant, file: &Path) -> Result<Vec<u8>> {
    let outcome = process::capture(&mut contestant.command(file), PATIENCE)?;
    if !outcome.status.is_success() {
        let (name, status, line) = (&contestant.name, outcome.status, outcome.last_error_line());
        bail!("{name} did not finish {} ({status}): {line}", file.display());
    }
    Ok(outcome.stdout)
}

/// Who computes something else than the others is not in the same race.
fn refuse_differences(contestants: &[Contestant], printed: &[Vec<u8>]) -> Result<()> {
    for (contestant, text) in contestants.iter().zip(printed) {
        if *text != printed[0] {
            bail!(
                "{} printed {:?}, {} printed {:?}; times of different work mean nothing",
                contestants[0].name,
                String::from_utf8_lossy(&printed[0]),
                contestant.name,
                String::from_utf8_lossy(text)
            );
        }
    }
    Ok(())
}

/// One run whose output is thrown away, so that no pipe is timed.
fn time(contestant: &Contestant, file: &Path) -> Result<Duration> {
    let mut command = contestant.command(file);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let child = process::start(&mut command)?;
    let outcome = process::finish(child, &process::shown(&command), PATIENCE)?;
    let time = start.elapsed();
    if !outcome.status.is_success() {
        bail!("{} finished once, but not again ({})", contestant.name, outcome.status);
    }
    Ok(time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::program::PROGRAMS;

    /// A race of shell scripts, which get the program's file as `$0`.
    fn race(scripts: &[&str]) -> Result<Race> {
        let contestant = |script: &&str| {
            Contestant::other(script, None, ["sh", "-c", script].map(Into::into).to_vec())
        };
        let contestants: Vec<Contestant> = scripts.iter().map(contestant).collect();
        run(&PROGRAMS[0], Path::new("a.py"), &contestants, 3, &ProgressBar::hidden())
    }

    #[test]
    fn every_round_but_the_rehearsal_counts() {
        let race = race(&["echo 1", "echo  1"]).expect("both print the same");
        for lap in &race.laps {
            assert_eq!(lap.times.len(), 3);
            assert!(lap.times.is_sorted());
        }
        assert_eq!(race.laps[1].name, "echo  1");
    }

    #[test]
    fn contestants_must_print_the_same() {
        let error = race(&["echo 1", "echo 2"]).expect_err("they do not").to_string();
        assert!(error.contains(r#"echo 2 printed "2\n""#), "{error}");
    }

    #[test]
    fn a_contestant_that_fails_calls_the_race_off_in_its_own_words() {
        let error = race(&["echo gone >&2; exit 3"]).expect_err("it fails").to_string();
        assert!(error.contains("a.py (3): gone"), "{error}");
    }

    #[test]
    fn the_median_is_the_middle_time() {
        let times = [1, 2, 90].map(Duration::from_millis).to_vec();
        let lap = Lap { name: "jit".to_owned(), times };
        assert_eq!(lap.median(), Duration::from_millis(2));
    }
}
