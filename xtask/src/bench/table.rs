//! A race as a table to read: medians, ratios and spread.

use std::time::Duration;

use crate::bench::race::{Lap, Race};

/// The table; ratios are to the first contestant's median.
pub(super) fn of(race: &Race) -> String {
    let rounds = race.laps.first().map_or(0, |lap| lap.times.len());
    let mut text = format!(
        "{} ({}): from start of the process to its end;\nmedians of {rounds} interleaved rounds:\n",
        race.program.name, race.program.path
    );
    let width = race.laps.iter().map(|lap| lap.name.chars().count()).max().unwrap_or(0);
    for lap in &race.laps {
        text += &format!("  {:width$}  {}\n", lap.name, figures(lap, &race.laps[0]));
    }
    text
}

fn figures(lap: &Lap, first: &Lap) -> String {
    let ratio = lap.median().as_secs_f64() / first.median().as_secs_f64();
    let shortest = milliseconds(lap.times[0]);
    let longest = milliseconds(lap.times[lap.times.len() - 1]);
    format!("{:>10}  {ratio:6.2} x  ({shortest} to {longest})", milliseconds(lap.median()))
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::program::PROGRAMS;

    #[test]
    fn a_table_tells_medians_ratios_to_the_first_and_spread() {
        let lap = |name: &str, times: [u64; 3]| Lap {
            name: name.to_owned(),
            times: times.map(Duration::from_millis).to_vec(),
        };
        let laps = vec![lap("ch01 interpreter", [8, 10, 90]), lap("cpython", [24, 25, 26])];
        let expected = "\
loop (book/programs/loop.py): from start of the process to its end;
medians of 3 interleaved rounds:
  ch01 interpreter     10.0 ms    1.00 x  (8.0 ms to 90.0 ms)
  cpython              25.0 ms    2.50 x  (24.0 ms to 26.0 ms)
";
        assert_eq!(of(&Race { program: &PROGRAMS[0], laps }), expected);
    }
}
