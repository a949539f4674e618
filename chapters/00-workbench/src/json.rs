//! JSON: listings and races for programs that read them, such as the one that
//! draws the book's figures. `--json` prints one line of it. Chapter 0 of the
//! book, "One command line".

use std::time::Duration;

use serde_json::{Value, json};

use crate::{Lap, Line, Listing, Mark};

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
}
