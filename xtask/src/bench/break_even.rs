//! `cargo xtask bench --break-even`: after how many executions of a function compiling it
//! has paid, as a program of chapter 5 measures it. Chapter 5 of the book, "Payoff".

use std::fs;
use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use conformance::{Workspace, process};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::bench::example::Example;
use crate::bench::machine::Machine;
use crate::bench::{Arguments, document};

/// The program that measures.
const PROGRAM: Example = Example { package: "ch05-code-cache", name: "break-even" };

/// The version of the document. A new field or a new row does not change it.
const SCHEMA: u32 = 1;

/// What makes the document, as it says itself.
const COMMAND: &str = "cargo xtask bench --break-even";

/// How long a round may take, and what comes before the first one; a second is usual.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let program = PROGRAM.build(&Workspace::load()?)?;
    let rounds = arguments.rounds;
    eprintln!("Measuring {rounds} rounds, each of which takes about a second.");
    let (tables, measured) = measure(Command::new(program), rounds)?;
    let machine = Machine::this();
    let tables = format!("On {machine}\n{}", tables.trim_end());
    document::deliver(arguments.json.as_deref(), &tables, &document(&machine, &measured)?)?;
    Ok(ExitCode::SUCCESS)
}

/// Runs the program; returns the tables and the document that it has made.
fn measure(mut command: Command, rounds: u16) -> Result<(String, Value)> {
    let folder = TempDir::new().context("there is no temporary folder")?;
    let file = folder.path().join("measured.json");
    process::isolate(&mut command);
    command.args(["--rounds", &rounds.to_string()]).arg("--json").arg(&file);
    let outcome = process::capture(&mut command, PATIENCE * (u32::from(rounds) + 1))?;
    if !outcome.status.is_success() {
        let (status, line) = (outcome.status, outcome.last_error_line());
        bail!("`{}` failed ({status}): {line}", process::shown(&command));
    }
    let text = fs::read_to_string(&file).context("the program has written no document")?;
    let measured =
        serde_json::from_str(&text).context("what the program has written is no JSON")?;
    Ok((String::from_utf8_lossy(&outcome.stdout).into_owned(), measured))
}

/// The program's document, and on what machine it was made. An array of objects has a line
/// for each of them.
fn document(machine: &Machine, measured: &Value) -> Result<String> {
    let fields = measured.as_object().context("the document is an object")?;
    let fields = fields.iter().map(|(name, value)| match value.as_array() {
        Some(values) if values.iter().all(Value::is_object) => {
            format!(",\n  {}: {}", json!(name), document::lines(values.iter().cloned()))
        }
        _ => format!(",\n  {}: {value}", json!(name)),
    });
    Ok(format!(
        "{{\n  \"schema\": {SCHEMA},\n  \"command\": {},\n  \"machine\": {}{}\n}}\n",
        json!(COMMAND),
        document::machine(machine),
        fields.collect::<String>(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A program that does this with its arguments, of which the second is the number of
    /// rounds and the fourth is where the document is wanted.
    fn measured_by(script: &str) -> Result<(String, Value)> {
        let mut command = Command::new("sh");
        command.args(["-c", script, "program"]);
        measure(command, 7)
    }

    #[test]
    fn the_program_is_told_the_rounds_and_prints_tables_and_writes_a_document() {
        let (tables, measured) =
            measured_by("echo tables; echo '{\"rounds\": '$2'}' > $4").expect("it ends well");
        assert_eq!((tables.as_str(), measured), ("tables\n", json!({ "rounds": 7 })));
    }

    #[test]
    fn a_program_that_fails_is_quoted() {
        let error = measured_by("echo no memory >&2; exit 1").expect_err("it fails");
        assert!(error.to_string().ends_with("(1): no memory"), "{error}");
        assert!(measured_by("exit 0").is_err(), "there is no document");
        assert!(measured_by("echo tables > $4").is_err(), "that is no JSON");
    }

    #[test]
    fn the_document_says_who_made_it_on_what_machine() {
        let machine = Machine { processor: "A".into(), cores: 2, system: "Linux, x86-64".into() };
        let ways = json!([{ "name": "lazy" }, { "name": "eager" }]);
        let measured = json!({ "rounds": 7, "executions": [0, 1], "ways": ways });
        let text = document(&machine, &measured).expect("it is an object");
        let expected = json!({
            "schema": 1, "command": "cargo xtask bench --break-even",
            "machine": { "processor": "A", "cores": 2, "system": "Linux, x86-64" },
            "rounds": 7, "executions": [0, 1], "ways": ways,
        });
        assert_eq!(serde_json::from_str::<Value>(&text).expect("it is JSON"), expected);
        assert!(text.contains("\n  \"executions\": [0,1]"), "{text}");
        assert_eq!(text.lines().filter(|line| line.contains("name")).count(), 2, "{text}");
    }
}
