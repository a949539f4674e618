//! What the cache has done, as a listing. Chapter 5 of the book, "What it counts, and
//! what that costs".

use std::time::Duration;

use ch00_workbench::Listing;
use ch01_bytecode_vm::{CodeId, Program};

use super::compiler::FunctionCompiler;
use crate::driver::options::{JitOptions, When};
use crate::mechanism::{CodeCache, FunctionStatistics, Statistics};

/// How many functions are listed; those that were called most often.
const LISTED: usize = 20;

/// Lists functions, then sums.
pub(super) fn listing(
    program: &Program,
    cache: &CodeCache<FunctionCompiler>,
    options: &JitOptions,
) -> Listing {
    let codes = (0..program.codes().len() as u32).map(CodeId);
    let mut functions: Vec<_> = codes.map(|code| (code, cache.function_statistics(code))).collect();
    let met = |facts: &FunctionStatistics| facts.visits > 0 || facts.compiled > 0;
    let strangers = functions.iter().filter(|(_, facts)| !met(facts)).count();
    functions.retain(|(_, facts)| met(facts));
    functions.sort_by_key(|(code, facts)| (std::cmp::Reverse(facts.calls), code.0));
    let mut text = String::new();
    if !functions.is_empty() {
        text.push_str(&format!("{:<24}{HEAD}\n", "function"));
    }
    for (code, facts) in functions.iter().take(LISTED) {
        text.push_str(&row(&program.code(*code).name, facts));
    }
    let more = functions.len().saturating_sub(LISTED);
    if more > 0 {
        text.push_str(&format!("… and {} more\n", count(more as u64, "function")));
    }
    if strangers > 0 {
        let never = if options.when == When::Off { "interpreted" } else { "never called" };
        text.push_str(&format!("{} {never}\n", count(strangers as u64, "function")));
    }
    text.push_str(&sums(&cache.statistics(), options));
    Listing::from_text(&text)
}

const HEAD: &str = "       calls   from stub  compiled   dropped       bytes         time";

/// `fib                           21,891           1         1         0       1,394       8.1 µs`
fn row(name: &str, facts: &FunctionStatistics) -> String {
    let calls = facts.calls.map_or_else(|| "-".to_owned(), grouped);
    let FunctionStatistics { visits, compiled, discarded, bytes, compile_time, .. } = *facts;
    format!(
        "{:<24.24}{calls:>12}{:>12}{compiled:>10}{discarded:>10}{:>12}{:>13}\n",
        name,
        grouped(visits),
        grouped(bytes as u64),
        duration(compile_time),
    )
}

fn sums(sums: &Statistics, options: &JitOptions) -> String {
    let each = sums.compile_time.as_nanos().checked_div(sums.steps.into());
    let each = each.map_or_else(String::new, |each| format!(", {each} ns a bytecode"));
    format!(
        "compiled   {}, {} of them again: {}{each}\n\
         asked      {} through the stub; {} woken, {} in vain\n\
         dropped    {} evicted, {} invalidated\n\
         code       {} bytes, {} at the most, {} allowed\n",
        count(sums.compiled, "function"),
        grouped(sums.recompiled),
        duration(sums.compile_time),
        count(sums.visits, "call"),
        grouped(sums.woken),
        grouped(sums.refused),
        grouped(sums.evicted),
        grouped(sums.invalidated),
        grouped(sums.bytes as u64),
        grouped(sums.peak_bytes as u64),
        grouped(options.budget as u64),
    )
}

/// `1 function`, `2 functions`
fn count(number: u64, of: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {of}{plural}", grouped(number))
}

/// `1,234,567`
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `12.3 µs`
fn duration(time: Duration) -> String {
    format!("{:.1} µs", time.as_nanos() as f64 / 1000.0)
}
