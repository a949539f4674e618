//! The stop-watch: whole processes, timed in interleaved rounds, told as
//! medians. On a shared machine only ratios of one race mean anything; the
//! rounds are interleaved so that a slow minute hits everybody alike.
//! Chapter 0 of the book says why the median.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::{Line, Listing};

/// Somebody who takes part in a race: a name and a command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contestant {
    /// The name in the table.
    pub name: String,
    /// The program and its arguments; never empty.
    pub command: Vec<String>,
}

/// One contestant's times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lap {
    /// The contestant's name.
    pub name: String,
    /// Wall-clock time of each round, shortest first; start of the process to its end.
    pub times: Vec<Duration>,
}

/// Why a race was called off.
#[derive(Debug, thiserror::Error)]
pub enum StopwatchError {
    /// A contestant's program could not be started.
    #[error("cannot start {name} (`{program}`): {reason}")]
    Start {
        /// The contestant.
        name: String,
        /// The program that was to be started.
        program: String,
        /// What the system said.
        reason: std::io::Error,
    },
    /// A contestant failed, so that its time means nothing.
    #[error("{name} did not finish ({status}); a race needs a program that ends normally")]
    Fell {
        /// The contestant.
        name: String,
        /// How it ended.
        status: std::process::ExitStatus,
    },
}

/// Lets every contestant run once per round, in turn, for `rounds` rounds
/// after one that does not count. Output is thrown away.
///
/// # Errors
/// When a contestant cannot be started or does not exit with status 0.
///
/// # Panics
/// When there are no rounds, or a contestant has no command.
pub fn race(contestants: &[Contestant], rounds: usize) -> Result<Vec<Lap>, StopwatchError> {
    assert!(rounds > 0, "a race has at least one round");
    let start = |contestant: &Contestant| Lap { name: contestant.name.clone(), times: Vec::new() };
    let mut laps: Vec<Lap> = contestants.iter().map(start).collect();
    // ANCHOR: rounds
    for round in 0..=rounds {
        for (contestant, lap) in contestants.iter().zip(&mut laps) {
            let time = run_once(contestant)?;
            if round > 0 {
                lap.times.push(time);
            }
        }
    }
    for lap in &mut laps {
        lap.times.sort_unstable();
    }
    // ANCHOR_END: rounds
    Ok(laps)
}

fn run_once(contestant: &Contestant) -> Result<Duration, StopwatchError> {
    let name = &contestant.name;
    let (program, arguments) =
        contestant.command.split_first().expect("a contestant has a command");
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let status = command.status().map_err(|reason| StopwatchError::Start {
        name: name.clone(),
        program: program.clone(),
        reason,
    })?;
    let time = start.elapsed();
    if !status.success() {
        return Err(StopwatchError::Fell { name: name.clone(), status });
    }
    Ok(time)
}

impl Lap {
    /// The middle time (of an even number, the longer of the two middle ones).
    ///
    /// # Panics
    /// When there is no time.
    #[must_use]
    pub fn median(&self) -> Duration {
        self.times[self.times.len() / 2]
    }

    /// The laps of one race as a table; ratios are to the first one's median.
    #[must_use]
    pub fn table(laps: &[Lap]) -> Listing {
        let rounds = laps.first().map_or(0, |lap| lap.times.len());
        let mut listing = Listing::new(format!(
            "all in, from start of the process to its end; medians of {rounds} interleaved rounds:"
        ));
        let width = laps.iter().map(|lap| lap.name.chars().count()).max().unwrap_or(0);
        for lap in laps {
            let ratio = lap.median().as_secs_f64() / laps[0].median().as_secs_f64();
            let spread = format!(
                "{} to {}",
                milliseconds(lap.times[0]),
                milliseconds(lap.times[lap.times.len() - 1])
            );
            let median = milliseconds(lap.median());
            let text = format!("{:width$}  {median:>10}  {ratio:5.2} x", lap.name);
            listing.lines.push(Line { note: format!("({spread})"), ..Line::text(text) });
        }
        listing
    }
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lap(name: &str, milliseconds: &[u64]) -> Lap {
        let times = milliseconds.iter().map(|&ms| Duration::from_millis(ms)).collect();
        Lap { name: name.into(), times }
    }

    fn contestant(command: &[&str]) -> Contestant {
        let command = command.iter().map(|&word| word.to_owned()).collect();
        Contestant { name: "runner".into(), command }
    }

    // ANCHOR: table
    #[test]
    fn the_table_tells_medians_and_ratios_to_the_first() {
        let table = Lap::table(&[lap("interpreter", &[8, 10, 90]), lap("jit", &[4, 5, 6])]);
        insta::assert_snapshot!(table, @r"
        all in, from start of the process to its end; medians of 3 interleaved rounds:
        interpreter     10.0 ms   1.00 x  (8.0 ms to 90.0 ms)
        jit              5.0 ms   0.50 x  (4.0 ms to 6.0 ms)
        ");
    }
    // ANCHOR_END: table

    #[test]
    fn every_round_but_the_first_counts() {
        let laps = race(&[contestant(&["true"])], 3).unwrap();
        assert_eq!(laps[0].times.len(), 3);
        assert!(laps[0].times.is_sorted());
    }

    #[test]
    fn a_contestant_that_fails_or_does_not_exist_calls_the_race_off() {
        let error = race(&[contestant(&["false"])], 1).unwrap_err();
        assert!(error.to_string().contains("runner did not finish"), "{error}");
        let error = race(&[contestant(&["no-such-program-anywhere"])], 1).unwrap_err();
        assert!(error.to_string().starts_with("cannot start runner"), "{error}");
    }
}
