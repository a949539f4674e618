//! What was measured, for programs that read it.

use serde_json::{Value, json};

use super::balance::{Balance, Compiling, Facts};
use super::laps::Laps;
use super::series::{CALLED, EXECUTIONS, FUNCTIONS, Series, Stretches, WAITS, medians, sums};

/// The document, with a line for each function and for each way.
///
/// `{"rounds", "functions": [{"name", "about", "bytecodes", "executed", "bytes",
/// "interpreted" | "compiled": {"nanoseconds", "laps": [shortest first]}, "warm" | "cold":
/// {"told" | "whole": {"nanoseconds", "laps"}, "paid_after": {"executions", "laps"}}}],
/// "program": {"functions", "called"}, "executions": [..], "ways": [{"name",
/// "microseconds": [..]}]}`, where what never pays is `null`, and the way to run the
/// program has the time that has passed after each number of executions. If it was
/// measured it has "shortest" and "longest", too: sums of such stretches from point to
/// point.
pub(super) fn document(balances: &[Balance], series: &Series, rounds: usize) -> String {
    let functions = lines(balances.iter().map(function));
    let measured = [
        measured("interpreter", &series.interpreter),
        measured("lazy", &series.lazy),
        measured("eager", &series.eager),
    ];
    let waits = WAITS.map(
        |wait| json!({ "name": format!("wait {wait}"), "microseconds": series.waiting(wait).map(tenths) }),
    );
    format!(
        "{{\n\"rounds\": {rounds},\n\"functions\": {functions},\n\"program\": {},\n\
         \"executions\": {},\n\"ways\": {}\n}}\n",
        json!({ "functions": FUNCTIONS, "called": CALLED }),
        json!(EXECUTIONS),
        lines(measured.into_iter().chain(waits)),
    )
}

fn function(balance: &Balance) -> Value {
    let Balance { subject, facts: Facts { bytecodes, executed, bytes }, figures } = balance;
    json!({
        "name": subject.label(),
        "about": subject.about,
        "bytecodes": bytecodes,
        "executed": executed,
        "bytes": bytes,
        "interpreted": figure(&figures.interpreted, "nanoseconds"),
        "compiled": figure(&figures.compiled, "nanoseconds"),
        "warm": compiling(&figures.warm),
        "cold": compiling(&figures.cold),
    })
}

fn compiling(Compiling { told, whole, paid_after }: &Compiling) -> Value {
    json!({
        "told": figure(told, "nanoseconds"),
        "whole": figure(whole, "nanoseconds"),
        "paid_after": figure(paid_after, "executions"),
    })
}

fn figure(laps: &Laps, unit: &str) -> Value {
    let laps_to_tell: Vec<f64> = laps.all().iter().copied().map(tenths).collect();
    json!({ unit: tenths(laps.median()), "laps": laps_to_tell })
}

/// Tenths are as exact as can be measured. What is infinite stays so, which is `null`.
fn tenths(figure: f64) -> f64 {
    (figure * 10.0).round() / 10.0
}

fn measured(name: &str, stretches: &Stretches) -> Value {
    json!({
        "name": name,
        "microseconds": medians(stretches).map(tenths),
        "shortest": sums(stretches, |laps| laps.spread().0).map(tenths),
        "longest": sums(stretches, |laps| laps.spread().1).map(tenths),
    })
}

fn lines(values: impl Iterator<Item = Value>) -> String {
    let lines: Vec<String> = values.map(|value| format!("\n  {value}")).collect();
    format!("[{}\n]", lines.join(","))
}

#[cfg(test)]
mod tests {
    use super::super::tables::tests::{balances, series};
    use super::*;

    #[test]
    fn the_document_has_all_rounds_of_all_functions() {
        let text = document(&balances(), &series(), 3);
        let read: Value = serde_json::from_str(&text).expect("it is JSON");
        assert_eq!(read["rounds"], 3);
        let function = &read["functions"][0];
        assert_eq!(function["name"], "same(7)");
        let interpreted = json!({ "nanoseconds": 20.0, "laps": [10.0, 20.0, 25.0] });
        assert_eq!(function["interpreted"], interpreted);
        let paid = json!({ "executions": 625.0, "laps": [250.0, 625.0, null] });
        assert_eq!(function["warm"]["paid_after"], paid);
    }

    #[test]
    fn the_document_has_the_series_of_all_ways() {
        let text = document(&balances(), &series(), 3);
        let read: Value = serde_json::from_str(&text).expect("it is JSON");
        let ways = read["ways"].as_array().expect("there are ways");
        let names: Vec<&Value> = ways.iter().map(|way| &way["name"]).collect();
        assert_eq!(names, ["interpreter", "lazy", "eager", "wait 16", "wait 4000"]);
        for way in ways {
            let points = way["microseconds"].as_array().expect("there are points");
            assert_eq!(points.len(), EXECUTIONS.len());
        }
        assert_eq!(ways[0]["microseconds"][1], 400.0);
        assert_eq!(ways[0]["longest"][1], 800.0);
    }

    #[test]
    fn what_never_pays_is_null() {
        let laps: Laps = [f64::INFINITY].into_iter().collect();
        assert_eq!(figure(&laps, "executions"), json!({ "executions": null, "laps": [null] }));
    }
}
