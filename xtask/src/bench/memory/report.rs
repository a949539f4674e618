//! What memory costs as tables to read, and as a document for programs that read
//! them.

use serde_json::{Value, json};

use super::measurement::{Cost, Entry, FUNCTIONS, Laps};
use crate::bench::document;
use crate::bench::machine::Machine;

/// The version of the document. A new field or a new row does not change it.
const SCHEMA: u32 = 1;

/// What makes the document, as it says itself.
const COMMAND: &str = "cargo xtask bench --memory";

/// How wide the longest way's name is.
const NAME: usize = 26;

/// The tables: times, then space; for each number of functions.
pub(super) fn tables(entries: &[Entry], bytes: u32) -> String {
    let laps = entries.iter().filter_map(|entry| entry.result.as_ref().ok());
    let rounds = laps.map(|cost| cost.cold.0.len()).max().unwrap_or_default();
    let mut text = format!(
        "Functions of {bytes} bytes; medians of {rounds} interleaved rounds, in one process each.\n\
         cold: published where no code has been, the first memory from the system included;\n\
         warm: published where code has been freed. Functions are freed in random order.\n"
    );
    for functions in FUNCTIONS {
        let of_this = || entries.iter().filter(|entry| entry.functions == functions);
        text += &format!("\n{}\n", times_head(functions));
        of_this().for_each(|entry| text += &row(entry, times));
        text += &format!("{:NAME$}  executable B  resident B  mappings (of all)\n", "");
        of_this().for_each(|entry| text += &row(entry, |cost| space(cost, functions)));
    }
    text
}

fn times_head(functions: u32) -> String {
    let title = match functions {
        1 => "1 function".to_owned(),
        functions => format!("{} functions", grouped(functions)),
    };
    let spread = "(spread)";
    format!("{title:NAME$}  cold ns  {spread:18}  warm ns  {spread:18}  free ns  {spread}")
}

fn row(entry: &Entry, figures: impl FnOnce(&Cost) -> String) -> String {
    let figures = match &entry.result {
        Ok(cost) => figures(cost),
        Err(reason) => format!("refused: {reason}"),
    };
    format!("{:NAME$}  {figures}\n", entry.way.name)
}

fn times(cost: &Cost) -> String {
    let figures = |laps: &Laps| {
        let (shortest, longest) = (laps.0[0], laps.0[laps.0.len() - 1]);
        format!("{:7.0}  {:18}", laps.median(), format!("({shortest:.0} to {longest:.0})"))
    };
    let text = [&cost.cold, &cost.warm, &cost.free].map(figures).join("  ");
    text.trim_end().to_owned()
}

fn space(cost: &Cost, functions: u32) -> String {
    let each = |bytes: i64| bytes as f64 / f64::from(functions);
    let (executable, resident) =
        (each(cost.space.executable_bytes), each(cost.space.resident_bytes));
    format!("{executable:12.0}  {resident:10.0}  {:8}", cost.space.mappings)
}

/// A number with a comma before the last three digits.
fn grouped(number: u32) -> String {
    format!("{},{:03}", number / 1000, number % 1000)
}

/// The document: one line of JSON for each row.
///
/// `{"schema": 1, "command", "machine": {"processor", "cores", "system"}, "rounds",
/// "bytes", "rows": [{"functions", "way",
/// "cold" | "warm" | "free": {"nanoseconds_per_function", "laps": [shortest first]},
/// "executable_bytes_per_function", "resident_bytes_per_function", "mappings"}
/// or {"functions", "way", "refused": reason}]}`.
pub(super) fn document(machine: &Machine, rounds: usize, entries: &[Entry], bytes: u32) -> String {
    format!(
        "{{\n  \"schema\": {SCHEMA},\n  \"command\": {},\n  \"machine\": {},\n  \
         \"rounds\": {rounds},\n  \"bytes\": {bytes},\n  \"rows\": {}\n}}\n",
        json!(COMMAND),
        document::machine(machine),
        document::lines(entries.iter().map(json_row)),
    )
}

fn json_row(entry: &Entry) -> Value {
    let mut row = match &entry.result {
        Ok(cost) => json_figures(cost, entry.functions),
        Err(reason) => json!({ "refused": reason }),
    };
    row["functions"] = json!(entry.functions);
    row["way"] = json!(entry.way.name);
    row
}

fn json_figures(cost: &Cost, functions: u32) -> Value {
    let time = |laps: &Laps| json!({ "nanoseconds_per_function": laps.median(), "laps": laps.0 });
    let each = |bytes: i64| bytes as f64 / f64::from(functions);
    json!({
        "cold": time(&cost.cold),
        "warm": time(&cost.warm),
        "free": time(&cost.free),
        "executable_bytes_per_function": each(cost.space.executable_bytes),
        "resident_bytes_per_function": each(cost.space.resident_bytes),
        "mappings": cost.space.mappings,
    })
}

#[cfg(test)]
mod tests {
    use super::super::way::{Round, Space, WAYS};
    use super::*;

    fn cost(times: [f64; 3], mappings: i64) -> Cost {
        let space = Space { mappings, executable_bytes: 1 << 20, resident_bytes: 900_000 };
        let mut cost = Cost::default();
        for factor in [1.0, 0.5, 10.0] {
            let [cold, warm, free] = times.map(|time| time * factor);
            cost.add(Round { cold, warm, free, space: space.clone() });
        }
        cost
    }

    /// A mapping for each function is quick until there are too many.
    fn entries() -> Vec<Entry> {
        let refused = "no more than 65499 functions: Cannot allocate memory (os error 12)";
        let entry = |functions, way: usize, result| Entry { functions, way: &WAYS[way], result };
        vec![
            entry(1, 0, Ok(cost([5000.0, 4000.0, 1000.0], 1))),
            entry(1, 4, Ok(cost([60_000.0, 900.4, 300.0], 6))),
            entry(1_000, 0, Ok(cost([5100.0, 4100.0, 1100.0], 1))),
            entry(1_000, 4, Ok(cost([700.0, 300.0, 200.0], 6))),
            entry(100_000, 0, Err(refused.to_owned())),
            entry(100_000, 4, Ok(cost([710.0, 310.0, 210.0], 42))),
        ]
    }

    #[test]
    fn the_tables_tell_time_space_and_refusals() {
        let expected = "\
Functions of 800 bytes; medians of 3 interleaved rounds, in one process each.
cold: published where no code has been, the first memory from the system included;
warm: published where code has been freed. Functions are freed in random order.

1 function                  cold ns  (spread)            warm ns  (spread)            free ns  (spread)
mapping per function           5000  (2500 to 50000)        4000  (2000 to 40000)        1000  (500 to 10000)
dual mapping, in one batch    60000  (30000 to 600000)       900  (450 to 9004)           300  (150 to 3000)
                            executable B  resident B  mappings (of all)
mapping per function             1048576      900000         1
dual mapping, in one batch       1048576      900000         6

1,000 functions             cold ns  (spread)            warm ns  (spread)            free ns  (spread)
mapping per function           5100  (2550 to 51000)        4100  (2050 to 41000)        1100  (550 to 11000)
dual mapping, in one batch      700  (350 to 7000)           300  (150 to 3000)           200  (100 to 2000)
                            executable B  resident B  mappings (of all)
mapping per function                1049         900         1
dual mapping, in one batch          1049         900         6

100,000 functions           cold ns  (spread)            warm ns  (spread)            free ns  (spread)
mapping per function        refused: no more than 65499 functions: Cannot allocate memory (os error 12)
dual mapping, in one batch      710  (355 to 7100)           310  (155 to 3100)           210  (105 to 2100)
                            executable B  resident B  mappings (of all)
mapping per function        refused: no more than 65499 functions: Cannot allocate memory (os error 12)
dual mapping, in one batch            10           9        42
";
        assert_eq!(tables(&entries(), 800), expected);
    }

    #[test]
    fn the_document_has_a_row_for_every_way_and_number_of_functions() {
        let machine = Machine { processor: "A".into(), cores: 2, system: "Linux, x86-64".into() };
        let text = document(&machine, 3, &entries(), 800);
        let read: Value = serde_json::from_str(&text).expect("it is JSON");
        assert_eq!((&read["schema"], &read["bytes"]), (&json!(1), &json!(800)));
        assert_eq!(read["machine"]["cores"], 2);
        let row = json!({
            "functions": 1_000, "way": "dual mapping, in one batch",
            "cold": { "nanoseconds_per_function": 700.0, "laps": [350.0, 700.0, 7000.0] },
            "warm": { "nanoseconds_per_function": 300.0, "laps": [150.0, 300.0, 3000.0] },
            "free": { "nanoseconds_per_function": 200.0, "laps": [100.0, 200.0, 2000.0] },
            "executable_bytes_per_function": 1048.576, "resident_bytes_per_function": 900.0,
            "mappings": 6,
        });
        assert_eq!(read["rows"][3], row);
        let reason = "no more than 65499 functions: Cannot allocate memory (os error 12)";
        let way = "mapping per function";
        let refused = json!({ "functions": 100_000, "way": way, "refused": reason });
        assert_eq!(read["rows"][4], refused);
        assert_eq!(text.lines().filter(|line| line.contains("\"way\"")).count(), 6);
    }
}
