//! JSON: listings and races for programs that read them, such as the one that
//! draws the book's figures. `--json` prints one line of it. Chapter 0 of the
//! book, "One command line".

use std::time::Duration;

use serde_json::{Value, json};

use crate::compile_speed::CompileSpeed;
use crate::{Lap, Line, Listing, Mark, RunOptions};

/// A listing as one line of JSON, with its line break:
/// `{"title", "lines": [{"heading", "origin", "label", "bytes", "marks", "text", "note"}]}`,
/// where a mark is `{"start", "end", "symbol", "is_address"}`. Bytes of an
/// address are `null`: like the text, JSON is the same in every run.
pub(crate) fn listing(listing: &Listing) -> String {
    let lines: Vec<Value> = listing.lines.iter().map(line).collect();
    one_line(&json!({ "title": listing.title, "lines": lines }))
}

/// A race as one line of JSON, with its line break:
/// `{"rounds", "laps": [{"name", "milliseconds": [shortest first]}]}`.
pub(crate) fn race(laps: &[Lap]) -> String {
    let rounds = laps.first().map_or(0, |lap| lap.times.len());
    let laps: Vec<Value> = laps.iter().map(lap).collect();
    one_line(&json!({ "rounds": rounds, "laps": laps }))
}

/// The speed of an engine's compiler on a number of programs as one line of JSON,
/// with its line break: `{"engine", "without": [feature], "programs", "rounds",
/// "speeds": [{"memory", "functions", "bytecodes", "hot_bytes", "cold_bytes",
/// "nanoseconds_per_bytecode", "bytecodes_per_second", "bytes_per_second",
/// "laps": [nanoseconds per bytecode, shortest first]}]}`. Counts and bytes are those
/// of one compilation; the three figures before the laps are by the median lap.
pub(crate) fn compile_speed(
    options: &RunOptions,
    programs: usize,
    speeds: &[CompileSpeed],
) -> String {
    let rounds = speeds.first().map_or(0, |speed| speed.laps.len());
    one_line(&json!({
        "engine": options.engine,
        "without": options.without,
        "programs": programs,
        "rounds": rounds,
        "speeds": speeds.iter().map(speed).collect::<Vec<Value>>(),
    }))
}

fn speed(speed: &CompileSpeed) -> Value {
    json!({
        "memory": speed.memory.to_string(),
        "functions": speed.compiled.functions,
        "bytecodes": speed.compiled.bytecodes,
        "hot_bytes": speed.compiled.hot_bytes,
        "cold_bytes": speed.compiled.cold_bytes,
        "nanoseconds_per_bytecode": speed.median(),
        "bytecodes_per_second": speed.bytecodes_per_second(),
        "bytes_per_second": speed.bytes_per_second(),
        "laps": speed.laps,
    })
}

fn line(line: &Line) -> Value {
    let byte = |(index, &byte)| (!line.is_address(index)).then_some(byte);
    let bytes: Vec<Option<u8>> = line.bytes.iter().enumerate().map(byte).collect();
    let marks: Vec<Value> = line.marks.iter().map(mark).collect();
    json!({
        "heading": line.heading,
        "origin": line.origin,
        "label": line.label,
        "bytes": bytes,
        "marks": marks,
        "text": line.text,
        "note": line.note,
    })
}

fn mark(mark: &Mark) -> Value {
    json!({
        "start": mark.bytes.start,
        "end": mark.bytes.end,
        "symbol": mark.symbol,
        "is_address": mark.is_address,
    })
}

fn lap(lap: &Lap) -> Value {
    let milliseconds: Vec<f64> = lap.times.iter().copied().map(milliseconds).collect();
    json!({ "name": lap.name, "milliseconds": milliseconds })
}

/// Whole microseconds.
fn milliseconds(time: Duration) -> f64 {
    time.as_micros() as f64 / 1e3
}

fn one_line(value: &Value) -> String {
    format!("{value}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Compiled, Memory};

    fn read(text: &str) -> Value {
        assert_eq!(text.find('\n'), Some(text.len() - 1), "one line, and its break");
        serde_json::from_str(text).expect("it is JSON")
    }

    #[test]
    fn a_listing_keeps_all_columns() {
        let mut shown = Listing::new("code:");
        shown.lines.push(Line {
            origin: "0 LOAD".into(),
            label: "L1".into(),
            bytes: vec![0xb8, 42],
            marks: vec![Mark { bytes: 1..2, symbol: "answer".into(), is_address: false }],
            note: "a note".into(),
            ..Line::text("mov")
        });
        shown.lines.push(Line { heading: "end".into(), ..Line::default() });
        let mark = json!({ "start": 1, "end": 2, "symbol": "answer", "is_address": false });
        let expected = json!({ "title": "code:", "lines": [
            { "heading": "", "origin": "0 LOAD", "label": "L1", "bytes": [0xb8, 42],
              "marks": [mark], "text": "mov", "note": "a note" },
            { "heading": "end", "origin": "", "label": "", "bytes": [],
              "marks": [], "text": "", "note": "" },
        ]});
        assert_eq!(read(&listing(&shown)), expected);
    }

    #[test]
    fn bytes_of_an_address_are_null() {
        let shown = Line {
            bytes: vec![0x48, 0xb8, 1, 2],
            marks: vec![Mark { bytes: 2..4, symbol: "print".into(), is_address: true }],
            ..Line::default()
        };
        assert_eq!(line(&shown)["bytes"], json!([0x48, 0xb8, null, null]));
    }

    #[test]
    fn a_race_tells_every_time() {
        let times = [1_500, 2_000].map(Duration::from_micros).to_vec();
        let laps = [Lap { name: "jit".into(), times }];
        let expected =
            json!({ "rounds": 2, "laps": [{ "name": "jit", "milliseconds": [1.5, 2.0] }] });
        assert_eq!(read(&race(&laps)), expected);
    }

    #[test]
    fn the_speed_of_a_compiler_comes_with_every_lap() {
        let compiled = Compiled { functions: 1, bytecodes: 10, hot_bytes: 250, cold_bytes: 50 };
        let measured =
            CompileSpeed { memory: Memory::Warm, compiled, laps: vec![20.0, 25.0, 90.0] };
        let options = RunOptions {
            engine: "jit".into(),
            without: vec!["grease".into()],
            ..RunOptions::default()
        };
        let speed = json!({
            "memory": "warm", "functions": 1, "bytecodes": 10, "hot_bytes": 250, "cold_bytes": 50,
            "nanoseconds_per_bytecode": 25.0, "bytecodes_per_second": 4e7,
            "bytes_per_second": 1.2e9,
            "laps": [20.0, 25.0, 90.0],
        });
        let expected = json!({
            "engine": "jit", "without": ["grease"], "programs": 2, "rounds": 3, "speeds": [speed],
        });
        assert_eq!(read(&compile_speed(&options, 2, &[measured])), expected);
    }
}
