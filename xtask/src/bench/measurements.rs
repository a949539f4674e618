//! The file with the times that the book shows: races of one run on one
//! machine. All numbers of a race come from here, and all ratios of the book
//! from one race.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::bench::contestant::Contestant;
use crate::bench::machine::Machine;
use crate::bench::race::{Lap, Race};

/// What makes the file, as it says itself.
const COMMAND: &str = "cargo xtask bench";

/// What the file says.
#[derive(Debug)]
pub(super) struct Measurements<'a> {
    pub(super) machine: Machine,
    pub(super) contestants: &'a [Contestant],
    pub(super) races: &'a [Race],
}

impl Measurements<'_> {
    /// The file's text. A lap is one line, so that a change can be read.
    pub(super) fn to_json(&self) -> String {
        let Machine { processor, cores, system } = &self.machine;
        let machine = json!({ "processor": processor, "cores": cores, "system": system });
        let (peers, command) = (Value::Object(self.peers()), json!(COMMAND));
        let races: Vec<String> = self.races.iter().map(race).collect();
        format!(
            "{{\n  \"machine\": {machine},\n  \"peers\": {peers},\n  \"command\": {command},\n  \
             \"races\": [\n{}\n  ]\n}}\n",
            races.join(",\n")
        )
    }

    /// What is to be known about the contestants that are not ours, by name.
    fn peers(&self) -> Map<String, Value> {
        let about = |contestant: &Contestant| {
            Some((contestant.name.clone(), json!(contestant.about.as_ref()?)))
        };
        self.contestants.iter().filter_map(about).collect()
    }
}

fn race(race: &Race) -> String {
    let rounds = race.laps.first().map_or(0, |lap| lap.times.len());
    let laps: Vec<String> =
        race.laps.iter().map(|lap| format!("      {}", self::lap(lap))).collect();
    format!(
        "    {{\"name\": {}, \"program\": {}, \"rounds\": {rounds}, \"laps\": [\n{}\n    ]}}",
        json!(race.program.name),
        json!(race.program.path),
        laps.join(",\n")
    )
}

fn lap(lap: &Lap) -> String {
    let times: Vec<f64> = lap.times.iter().copied().map(milliseconds).collect();
    format!("{{\"name\": {}, \"milliseconds\": {}}}", json!(lap.name), json!(times))
}

/// Whole microseconds: no process can be timed more closely.
fn milliseconds(time: Duration) -> f64 {
    time.as_micros() as f64 / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::program::PROGRAMS;

    fn race_of(program: usize) -> Race {
        let times = [1_500, 2_000].map(Duration::from_micros).to_vec();
        let lap = |name: &str| Lap { name: name.to_owned(), times: times.clone() };
        Race { program: &PROGRAMS[program], laps: vec![lap("ch01 \"jit\""), lap("cpython")] }
    }

    fn text() -> String {
        let machine =
            Machine { processor: "A".to_owned(), cores: 2, system: "Linux, x86-64".to_owned() };
        let other = |name: &str, about| Contestant::other(name, about, vec!["/secret/path".into()]);
        let contestants =
            [other("ch01 \"jit\"", None), other("cpython", Some("3.13.0".to_owned()))];
        let races = [race_of(0), race_of(1)];
        Measurements { machine, contestants: &contestants, races: &races }.to_json()
    }

    #[test]
    fn the_file_says_where_by_whom_and_how_long() {
        let laps = json!([
            { "name": "ch01 \"jit\"", "milliseconds": [1.5, 2.0] },
            { "name": "cpython", "milliseconds": [1.5, 2.0] },
        ]);
        let race = |name: &str, program: &str| json!({ "name": name, "program": program, "rounds": 2, "laps": laps });
        let expected = json!({
            "machine": { "processor": "A", "cores": 2, "system": "Linux, x86-64" },
            "peers": { "cpython": "3.13.0" },
            "command": "cargo xtask bench",
            "races": [
                race("loop", "book/programs/loop.py"),
                race("fib", "book/programs/fib.py"),
            ],
        });
        let read: Value = serde_json::from_str(&text()).expect("it is JSON");
        assert_eq!(read, expected);
    }

    #[test]
    fn a_lap_is_a_line_and_no_path_is_told() {
        let text = text();
        assert_eq!(text.lines().filter(|line| line.contains("milliseconds")).count(), 4);
        assert!(!text.contains("secret"), "{text}");
    }
}
