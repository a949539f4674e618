//! The command line, and what is done without one.

use std::env;
use std::error::Error;
use std::process::ExitCode;

use ch05_code_cache::{CacheOptions, FunctionStatistics, Statistics};

use crate::cell::CellId;
use crate::sheet::Sheet;

/// What a wrong command line ends with.
const WRONG_COMMAND_LINE: u8 = 2;

const USAGE: &str = "usage: spreadsheet [--budget BYTES] [CELL=FORMULA | CELL]...";

/// An invoice, which is corrected: a number that one formula has inside; a formula, which
/// another one gets to through its entry. Then what has no value.
const DEMO: &str = "A1=12.5  B1=4  C1=A1*B1  A2=3  B2=10  C2=A2*B2
    C3=SUM(C1:C2)  D3=0.2  E3=C3*(1+D3)  E3
    B1=6  E3  C1=A1*B1-5  E3
    F3=ABS(E3-C3)/(B1-6)  F3  B1=7  F3
    A9=A8+1  A8=A9*E3  A8";

/// Does what the command line says, or the demo, and prints what comes of it.
pub(crate) fn run() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let Some((budget, lines)) = parse(&words) else {
        eprintln!("{USAGE}");
        return ExitCode::from(WRONG_COMMAND_LINE);
    };
    match obey_all(budget, &lines, |line| println!("{line}")) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// The budget, and what is to be done.
fn parse(words: &[String]) -> Option<(usize, Vec<&str>)> {
    let (budget, words) = match words {
        [flag, bytes, words @ ..] if flag == "--budget" => (bytes.parse().ok()?, words),
        words => (CacheOptions::default().budget, words),
    };
    let lines: Vec<&str> = words.iter().map(String::as_str).collect();
    let has_flags = lines.iter().any(|line| line.starts_with('-'));
    let lines = if lines.is_empty() { DEMO.split_whitespace().collect() } else { lines };
    (!has_flags).then_some((budget, lines))
}

/// Changes cells of an empty sheet, and looks at others.
pub(crate) fn obey_all(
    budget: usize,
    lines: &[&str],
    mut print: impl FnMut(String),
) -> Result<(), Box<dyn Error>> {
    let mut sheet = Sheet::new(CacheOptions { budget, ..CacheOptions::default() })?;
    for line in lines {
        let result = obey(&mut sheet, line).map_err(|error| format!("{line}: {error}"))?;
        print(format!("{line:22}{result}").trim_end().to_owned());
    }
    print(summary(sheet.cache().statistics()));
    Ok(())
}

fn obey(sheet: &mut Sheet, line: &str) -> Result<String, Box<dyn Error>> {
    let (name, formula) = line.split_once('=').map_or((line, None), |(name, it)| (name, Some(it)));
    let cell = CellId::parse(name).ok_or("no such cell")?;
    let Some(formula) = formula else { return Ok(look(sheet, cell)) };
    Ok(match sheet.set(cell, formula)? {
        0 => String::new(),
        formulas => format!("({formulas} to compile again)"),
    })
}

/// The value, and what the cache knows of a formula.
fn look(sheet: &Sheet, cell: CellId) -> String {
    let value = match sheet.get(cell) {
        Ok(value) => value,
        Err(failure) => return failure.to_string(),
    };
    match sheet.cache().function_statistics(cell) {
        FunctionStatistics { calls: Some(calls @ 1..), compiled, .. } => {
            format!("{value:<7} (needed {calls}x, compiled {compiled}x)")
        }
        _ => value.to_string(),
    }
}

fn summary(statistics: Statistics) -> String {
    let Statistics { functions, bytes, compiled, recompiled, evicted, invalidated, .. } =
        statistics;
    format!(
        "formulas with code: {functions} ({bytes} bytes); compiled: {compiled} ({recompiled} \
         again); thrown away: {invalidated} changed, {evicted} evicted"
    )
}
