//! The times of compilers as tables to read, and as a document for programs that
//! read them.

use serde_json::{Value, json};

use super::compiler::Speed;
use super::measurement::{Entry, Scaling};
use super::workload::Workload;
use crate::bench::document;
use crate::bench::machine::Machine;

/// The version of the document. A new field or a new row does not change it.
const SCHEMA: u32 = 1;

/// What makes the document, as it says itself.
const COMMAND: &str = "cargo xtask bench --compile";

/// The ratio that compile time may have for a hundred times as many instructions.
const BAR: u32 = 110;

/// The tables: what was compiled how fast, and how compile time grows.
pub(super) fn tables(entries: &[Entry<'_>], scalings: &[Scaling<'_>]) -> String {
    let laps = entries.iter().flat_map(Entry::speeds).map(|speed| speed.laps.len()).max();
    let rounds = laps.unwrap_or_default();
    let width = entries.iter().map(|entry| entry.compiler.name().len()).max().unwrap_or(0);
    let mut text = format!(
        "Medians of {rounds} interleaved rounds, in one process each; ns, hot and cold B (bytes\n\
         of code) are per bytecode:\n\
         {:10}  {:width$}  memory  bytecodes       ns  {:19} M bytecodes/s  hot B  cold B\n",
        "workload", "compiler", "(spread)"
    );
    for entry in entries {
        let head = format!("{:10}  {:width$}", entry.workload.name, entry.compiler.name());
        match &entry.result {
            Err(reason) => text += &format!("{head}  refused: {reason}\n"),
            Ok(speeds) => {
                speeds.iter().for_each(|speed| text += &format!("{head}  {}\n", figures(speed)));
            }
        }
    }
    text + &growth(scalings, width)
}

fn figures(speed: &Speed) -> String {
    let (shortest, longest) = (speed.laps[0], speed.laps[speed.laps.len() - 1]);
    let per_bytecode = |bytes: u64| bytes as f64 / speed.bytecodes as f64;
    format!(
        "{:6}  {:9}  {:7.2}  {:19} {:13.2}  {:5.1}  {:6.1}",
        speed.memory,
        speed.bytecodes,
        speed.median(),
        format!("({shortest:.2} to {longest:.2})"),
        1e3 / speed.median(),
        per_bytecode(speed.hot_bytes),
        per_bytecode(speed.cold_bytes),
    )
}

fn growth(scalings: &[Scaling<'_>], width: usize) -> String {
    if scalings.is_empty() {
        return String::new();
    }
    let row = |Scaling { compiler, memory, ratio }: &Scaling<'_>| {
        format!("  {:width$}  {memory:6}  {ratio:6.1}\n", compiler.name())
    };
    let rows: String = scalings.iter().map(row).collect();
    format!(
        "\nCompile time of 1,000,000 instructions over that of 10,000; the bar is {BAR}:\n{rows}"
    )
}

/// The document: one line of JSON for each workload and each row.
///
/// `{"schema": 1, "command", "machine": {"processor", "cores", "system"}, "rounds",
/// "workloads": [{"name", "about", "files"}],
/// "rows": [{"workload", "chapter", "engine", "memory", "functions", "bytecodes",
/// "hot_bytes", "cold_bytes", "nanoseconds_per_bytecode", "laps": [shortest first]}
/// or {"workload", "chapter", "engine", "refused": reason}],
/// "scaling": [{"chapter", "engine", "memory", "ratio"}]}`.
pub(super) fn document(
    machine: &Machine,
    rounds: usize,
    workloads: &[Workload],
    entries: &[Entry<'_>],
    scalings: &[Scaling<'_>],
) -> String {
    format!(
        "{{\n  \"schema\": {SCHEMA},\n  \"command\": {},\n  \"machine\": {},\n  \
         \"rounds\": {rounds},\n  \"workloads\": {},\n  \"rows\": {},\n  \"scaling\": {}\n}}\n",
        json!(COMMAND),
        document::machine(machine),
        document::lines(workloads.iter().map(workload)),
        document::lines(entries.iter().flat_map(rows)),
        document::lines(scalings.iter().map(scaling)),
    )
}

fn workload(workload: &Workload) -> Value {
    let Workload { name, about, files } = workload;
    json!({ "name": name, "about": about, "files": files.len() })
}

fn rows(entry: &Entry<'_>) -> Vec<Value> {
    let head = |mut row: Value| {
        row["workload"] = json!(entry.workload.name);
        row["chapter"] = json!(entry.compiler.chapter());
        row["engine"] = json!(entry.compiler.engine_name());
        row
    };
    match &entry.result {
        Err(reason) => vec![head(json!({ "refused": reason }))],
        Ok(speeds) => speeds.iter().map(|speed| head(figures_of(speed))).collect(),
    }
}

fn figures_of(speed: &Speed) -> Value {
    let mut row = json!(speed);
    row["nanoseconds_per_bytecode"] = json!(speed.median());
    row
}

fn scaling(Scaling { compiler, memory, ratio }: &Scaling<'_>) -> Value {
    json!({
        "chapter": compiler.chapter(),
        "engine": compiler.engine_name(),
        "memory": memory,
        "ratio": ratio,
    })
}

#[cfg(test)]
mod tests {
    use super::super::compiler::Compiler;
    use super::super::measurement::scalings;
    use super::*;

    fn workloads() -> [Workload; 2] {
        let workload = |name| Workload { name, about: "a function", files: vec!["f.py".into()] };
        [workload("one-10k"), workload("one-1m")]
    }

    fn compilers() -> [Compiler; 2] {
        [2, 3].map(|chapter| Compiler::named(chapter, "jit"))
    }

    fn speed(memory: &str, bytecodes: u64, laps: [f64; 3]) -> Speed {
        let (hot_bytes, cold_bytes) = (bytecodes * 30, bytecodes * 5);
        let (memory, laps) = (memory.to_owned(), laps.to_vec());
        Speed { memory, functions: 2, bytecodes, hot_bytes, cold_bytes, laps }
    }

    /// Chapter 2 compiles to cold memory, and only the short function; chapter 3 all.
    fn entries<'a>(workloads: &'a [Workload], compilers: &'a [Compiler]) -> Vec<Entry<'a>> {
        let entry = |workload: usize, compiler: usize, result| Entry {
            workload: &workloads[workload],
            compiler: &compilers[compiler],
            result,
        };
        let both = |bytecodes, warm, cold| {
            Ok(vec![speed("warm", bytecodes, warm), speed("cold", bytecodes, cold)])
        };
        vec![
            entry(0, 0, Ok(vec![speed("cold", 10_000, [90.0, 100.0, 1100.5])])),
            entry(0, 1, both(10_000, [20.0, 25.0, 30.0], [40.0, 50.0, 60.0])),
            entry(1, 0, Err("MemoryError: no memory".to_owned())),
            entry(1, 1, both(1_000_000, [26.0, 27.0, 30.0], [50.0, 51.0, 60.0])),
        ]
    }

    #[test]
    fn the_tables_tell_speed_size_growth_and_refusals() {
        let (workloads, compilers) = (workloads(), compilers());
        let entries = entries(&workloads, &compilers);
        let expected = "\
Medians of 3 interleaved rounds, in one process each; ns, hot and cold B (bytes
of code) are per bytecode:
workload    compiler  memory  bytecodes       ns  (spread)            M bytecodes/s  hot B  cold B
one-10k     ch02 jit  cold        10000   100.00  (90.00 to 1100.50)          10.00   30.0     5.0
one-10k     ch03 jit  warm        10000    25.00  (20.00 to 30.00)            40.00   30.0     5.0
one-10k     ch03 jit  cold        10000    50.00  (40.00 to 60.00)            20.00   30.0     5.0
one-1m      ch02 jit  refused: MemoryError: no memory
one-1m      ch03 jit  warm      1000000    27.00  (26.00 to 30.00)            37.04   30.0     5.0
one-1m      ch03 jit  cold      1000000    51.00  (50.00 to 60.00)            19.61   30.0     5.0

Compile time of 1,000,000 instructions over that of 10,000; the bar is 110:
  ch03 jit  warm     108.0
  ch03 jit  cold     102.0
";
        assert_eq!(tables(&entries, &scalings(&entries)), expected);
    }

    #[test]
    fn the_document_has_a_row_for_every_workload_compiler_and_memory() {
        let (workloads, compilers) = (workloads(), compilers());
        let entries = entries(&workloads, &compilers);
        let machine = Machine { processor: "A".into(), cores: 2, system: "Linux, x86-64".into() };
        let text = document(&machine, 3, &workloads, &entries, &scalings(&entries));
        let read: Value = serde_json::from_str(&text).expect("it is JSON");
        assert_eq!(read["schema"], 1);
        assert_eq!(read["machine"]["cores"], 2);
        assert_eq!(
            read["workloads"][1],
            json!({ "name": "one-1m", "about": "a function", "files": 1 })
        );
        let rows = read["rows"].as_array().expect("it is an array");
        assert_eq!(rows.len(), 6);
        let first = json!({
            "workload": "one-10k", "chapter": 2, "engine": "jit", "memory": "cold", "functions": 2,
            "bytecodes": 10_000, "hot_bytes": 300_000, "cold_bytes": 50_000,
            "nanoseconds_per_bytecode": 100.0, "laps": [90.0, 100.0, 1100.5],
        });
        assert_eq!(rows[0], first);
        let refused = json!({ "workload": "one-1m", "chapter": 2, "engine": "jit",
                              "refused": "MemoryError: no memory" });
        assert_eq!(rows[3], refused);
        let ratio = json!({ "chapter": 3, "engine": "jit", "memory": "warm", "ratio": 108.0 });
        assert_eq!(read["scaling"][0], ratio);
        assert_eq!(text.lines().filter(|line| line.contains("\"laps\"")).count(), 5);
    }
}
