//! What the documents for programs have in common that `--json` writes.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::bench::machine::Machine;

/// What a file is called that is standard output.
pub(super) const STANDARD_OUTPUT: &str = "-";

/// Prints the tables, unless the document is wanted there; writes the document to
/// the file that it is wanted in.
///
/// # Errors
/// The file cannot be written.
pub(super) fn deliver(file: Option<&Path>, tables: &str, document: &str) -> Result<()> {
    if file == Some(Path::new(STANDARD_OUTPUT)) {
        print!("{document}");
        return Ok(());
    }
    println!("{tables}");
    let Some(file) = file else { return Ok(()) };
    fs::write(file, document).with_context(|| format!("cannot write {}", file.display()))?;
    println!("Written to {}.", file.display());
    Ok(())
}

/// The machine: `{"processor", "cores", "system"}`.
pub(super) fn machine(Machine { processor, cores, system }: &Machine) -> Value {
    json!({ "processor": processor, "cores": cores, "system": system })
}

/// An array with a line for each value, so that a change can be read.
pub(super) fn lines(values: impl Iterator<Item = Value>) -> String {
    let lines: Vec<String> = values.map(|value| format!("\n    {value}")).collect();
    format!("[{}\n  ]", lines.join(","))
}
