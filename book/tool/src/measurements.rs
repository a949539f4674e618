//! `book/measurements.json`: the one file of timings, and how a page shows
//! them. Medians, spreads and ratios are worked out here, so that no page
//! holds a number that someone typed.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use thiserror::Error;

/// All timings.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Measurements {
    machine: Machine,
    command: String,
    races: Vec<Race>,
}

/// What was measured on.
#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Machine {
    processor: String,
    cores: u32,
    system: String,
}

/// One program in several engines, interleaved.
#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Race {
    name: String,
    program: String,
    rounds: u32,
    laps: Vec<Lap>,
}

/// One engine's times.
#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Lap {
    name: String,
    milliseconds: Vec<f64>,
}

/// Why a measurement cannot be shown.
#[derive(Debug, Error)]
pub enum MeasurementError {
    /// The file is missing or wrong.
    #[error("cannot read {path}: {reason}; `cargo xtask bench --write` makes it")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Nobody ran that race.
    #[error("there is no race `{name}`; there is {existing}")]
    NoRace {
        /// The name that was asked for.
        name: String,
        /// The names that exist, as a list to read.
        existing: String,
    },
    /// Nobody took part under that name.
    #[error("nobody called `{name}` runs in the race `{race}`; there is {existing}")]
    NoLap {
        /// The name that was asked for.
        name: String,
        /// The race.
        race: String,
        /// The names that exist, as a list to read.
        existing: String,
    },
    /// Someone took part and has no times.
    #[error("`{0}` has no times; run `cargo xtask bench --write` again")]
    NoTimes(String),
}

impl Measurements {
    /// Reads the file.
    ///
    /// # Errors
    /// It is missing, or not as it should be.
    pub fn read(path: &Path) -> Result<Self, MeasurementError> {
        let unreadable = |reason: String| {
            let name = path.file_name().map(PathBuf::from).unwrap_or_default();
            MeasurementError::Unreadable { path: Path::new("book").join(name), reason }
        };
        let text = fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?;
        serde_json::from_str(&text).map_err(|error| unreadable(error.to_string()))
    }

    /// What was measured on, in a few words.
    #[must_use]
    pub fn machine(&self) -> String {
        let Machine { processor, cores, system } = &self.machine;
        let cores = if *cores == 1 { "1 core".to_owned() } else { format!("{cores} cores") };
        format!("{processor}, {cores}, {system}")
    }

    /// A race as a table in Markdown, with a line below it that says how it
    /// was measured. On the page of a `chapter`, the engines of later ones are
    /// left out: their readers have not met them.
    ///
    /// # Errors
    /// There is no such race, or someone in it has no times.
    pub fn table(&self, race: &str, chapter: Option<u32>) -> Result<String, MeasurementError> {
        let race = self.race(race)?;
        let mut first = None;
        let mut table =
            String::from("| | median, ms | ratio | from, to, ms |\n|:--|--:|--:|--:|\n");
        let is_later = |lap: &&Lap| chapter.is_some_and(|chapter| lap.chapter() > Some(chapter));
        for lap in race.laps.iter().filter(|lap| !is_later(lap)) {
            let median = lap.median()?;
            let ratio = median / *first.get_or_insert(median);
            let (least, most) = lap.spread();
            table += &format!(
                "| {} | {} | {} | {}, {} |\n",
                lap.name,
                three_digits(median),
                ratio_text(ratio),
                three_digits(least),
                three_digits(most)
            );
        }
        let Race { rounds, program, .. } = race;
        let (machine, command) = (self.machine(), &self.command);
        Ok(format!("{table}\n{rounds} rounds of `{program}` with `{command}`, on {machine}.\n"))
    }

    /// The median of one engine over that of another, as text.
    ///
    /// # Errors
    /// There is no such race, or one of the two is not in it.
    pub fn ratio(&self, race: &str, over: &str, under: &str) -> Result<String, MeasurementError> {
        let race = self.race(race)?;
        Ok(ratio_text(race.lap(over)?.median()? / race.lap(under)?.median()?))
    }

    fn race(&self, name: &str) -> Result<&Race, MeasurementError> {
        self.races.iter().find(|race| race.name == name).ok_or_else(|| MeasurementError::NoRace {
            name: name.to_owned(),
            existing: listed(self.races.iter().map(|race| &race.name)),
        })
    }
}

impl Race {
    fn lap(&self, name: &str) -> Result<&Lap, MeasurementError> {
        self.laps.iter().find(|lap| lap.name == name).ok_or_else(|| MeasurementError::NoLap {
            name: name.to_owned(),
            race: self.name.clone(),
            existing: listed(self.laps.iter().map(|lap| &lap.name)),
        })
    }
}

impl Lap {
    /// The middle time (of an even number, the longer of the two middle ones),
    /// as `cargo xtask bench` prints it.
    fn median(&self) -> Result<f64, MeasurementError> {
        let mut times = self.milliseconds.clone();
        times.sort_by(f64::total_cmp);
        let middle = times.get(times.len() / 2).copied();
        middle.ok_or_else(|| MeasurementError::NoTimes(self.name.clone()))
    }

    /// The chapter whose engine this is: 2 for `ch02 jit`; none for a peer.
    fn chapter(&self) -> Option<u32> {
        self.name.strip_prefix("ch")?.split(' ').next()?.parse().ok()
    }

    /// The least and the most.
    fn spread(&self) -> (f64, f64) {
        let fold = |choose: fn(f64, f64) -> f64| {
            self.milliseconds.iter().copied().reduce(choose).unwrap_or_default()
        };
        (fold(f64::min), fold(f64::max))
    }
}

fn listed<'n>(names: impl Iterator<Item = &'n String>) -> String {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// Two decimals, or three significant digits where those are fewer or more.
fn ratio_text(ratio: f64) -> String {
    if (0.1..10.0).contains(&ratio) { format!("{ratio:.2}") } else { three_digits(ratio) }
}

/// A number with three significant digits; all those before the point, if
/// there are more.
fn three_digits(value: f64) -> String {
    if value <= 0.0 {
        return "0".to_owned();
    }
    let magnitude = value.log10().floor() as i32;
    let decimals = usize::try_from(2 - magnitude).unwrap_or_default();
    format!("{value:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: &str = r#"{
        "machine": {"processor": "P", "cores": 2, "system": "Linux, x86-64"},
        "peers": {"cpython": "3.13.0"}, "command": "cargo xtask bench",
        "races": [{"name": "loop", "program": "book/programs/loop.py", "rounds": 4, "laps": [
            {"name": "a", "milliseconds": [20.0, 10.0, 12.0, 11.0]},
            {"name": "b 2", "milliseconds": [3.0, 1.0, 2.0]},
            {"name": "none", "milliseconds": []}]},
            {"name": "fib", "program": "f.py", "rounds": 3, "laps": [
            {"name": "a", "milliseconds": [2.0]}, {"name": "b", "milliseconds": [5.0, 3.0, 1.0]}]}]}"#;

    fn measurements() -> Measurements {
        serde_json::from_str(JSON).expect("it is JSON")
    }

    #[test]
    fn a_ratio_is_one_of_medians() {
        assert_eq!(measurements().ratio("loop", "a", "b 2").expect("both ran"), "6.00");
        assert_eq!(measurements().ratio("loop", "b 2", "a").expect("both ran"), "0.17");
    }

    #[test]
    fn a_table_compares_with_the_first() {
        let table = measurements().table("fib", None).expect("it was run");
        assert!(table.contains("| a | 2.00 | 1.00 | 2.00, 2.00 |\n"), "{table}");
        assert!(table.contains("| b | 3.00 | 1.50 | 1.00, 5.00 |\n"), "{table}");
        assert!(
            table.ends_with(
                "\n\n3 rounds of `f.py` with `cargo xtask bench`, on P, 2 cores, Linux, x86-64.\n"
            ),
            "{table}"
        );
    }

    #[test]
    fn a_chapters_table_has_no_engines_of_later_ones() {
        let json = JSON.replace(r#""b""#, r#""ch02 b""#);
        let measurements: Measurements = serde_json::from_str(&json).expect("it is JSON");
        let has_it = |chapter| {
            let table = measurements.table("fib", chapter).expect("it was run");
            assert!(table.contains("| a |"), "{table}");
            table.contains("| ch02 b |")
        };
        assert_eq!([Some(1), Some(2), Some(3), None].map(has_it), [false, true, true, true]);
    }

    #[test]
    fn what_does_not_exist_is_answered_with_what_does() {
        let error = measurements().table("lop", None).expect_err("there is no such race");
        assert!(error.to_string().ends_with("there is `loop`, `fib`"), "{error}");
        let error = measurements().ratio("fib", "c", "a").expect_err("there is no such lap");
        assert!(error.to_string().ends_with("there is `a`, `b`"), "{error}");
        assert!(matches!(measurements().table("loop", None), Err(MeasurementError::NoTimes(_))));
    }

    #[test]
    fn numbers_have_as_many_digits_as_mean_something() {
        let ratios = [0.0123, 0.123, 1.234, 12.34, 123.4, 1234.0].map(ratio_text);
        assert_eq!(ratios, ["0.0123", "0.12", "1.23", "12.3", "123", "1234"]);
        assert_eq!(three_digits(0.5), "0.500");
        assert_eq!(three_digits(0.0), "0");
    }

    #[test]
    fn a_missing_file_comes_with_the_command_that_makes_it() {
        let error = Measurements::read(Path::new("/nowhere/measurements.json")).expect_err("none");
        assert!(error.to_string().contains("`cargo xtask bench --write`"), "{error}");
        assert!(error.to_string().starts_with("cannot read book/measurements.json"), "{error}");
    }
}
