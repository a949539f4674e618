//! "Did you mean": the most similar name that the failing line could have used
//! (CPython's `Python/suggestions.c` and `Lib/traceback.py`).

use crate::value::Kind;
use crate::vm::Vm;

/// CPython 3.13's `vars(builtins)`, in its order.
const BUILTIN_NAMES: &str = include_str!("builtin_names.txt");

/// CPython 3.13's `sys.stdlib_module_names`.
const STDLIB_MODULE_NAMES: &str = include_str!("stdlib_module_names.txt");

/// The names that every module starts with, in CPython's order.
const MODULE_NAMES: [&str; 9] = [
    "__name__",
    "__doc__",
    "__package__",
    "__loader__",
    "__spec__",
    "__annotations__",
    "__builtins__",
    "__file__",
    "__cached__",
];

/// Names longer than this, in bytes, are not compared (`MAX_STRING_SIZE`).
const MAX_LENGTH: usize = 40;
/// From this many candidates on nothing is suggested (`MAX_CANDIDATE_ITEMS`).
const MAX_CANDIDATES: usize = 750;
/// What it costs to insert, delete or replace a letter.
const MOVE_COST: usize = 2;
/// What it costs to change a letter's case.
const CASE_COST: usize = 1;

/// Whether CPython has a built-in of this name, or every module such a variable.
pub(crate) fn is_builtin_name(name: &str) -> bool {
    BUILTIN_NAMES.lines().chain(MODULE_NAMES).any(|builtin| builtin == name)
}

/// What a `NameError`'s message ends with.
pub(super) fn hint(vm: &Vm<'_>, name: &str) -> String {
    let is_module = STDLIB_MODULE_NAMES.lines().any(|module| module == name);
    let similar = most_similar(&candidates(vm), name);
    match (similar, is_module) {
        (Some(similar), false) => format!(". Did you mean: '{similar}'?"),
        (Some(similar), true) => {
            format!(". Did you mean: '{similar}'? Or did you forget to import '{name}'?")
        }
        (None, true) => format!(". Did you forget to import '{name}'?"),
        (None, false) => String::new(),
    }
}

/// The names in reach of the running frame: its own, the module's, the built-in ones.
fn candidates<'a>(vm: &'a Vm<'_>) -> Vec<&'a str> {
    let frame = vm.frames().last().expect("the module's frame is always there");
    let locals = vm.bound_locals(frame).map(|(name, _)| name);
    let mut names: Vec<&str> = locals.collect();
    // The module's variables are also the local variables of its own frame.
    let times = if vm.frames().count() == 1 { 2 } else { 1 };
    for _ in 0..times {
        names.extend(MODULE_NAMES);
        names.extend(bound_by_module(vm));
    }
    names.extend(BUILTIN_NAMES.lines());
    names
}

/// The module's variables that it has bound itself.
fn bound_by_module<'a>(vm: &'a Vm<'_>) -> impl Iterator<Item = &'a str> {
    let names = (0..).zip(vm.program().names());
    let own = names.filter(|&(index, name)| match vm.variable(index).kind() {
        Kind::Null => false,
        Kind::Builtin(builtin) => builtin.name() != name,
        _ => name != "__name__",
    });
    own.map(|(_, name)| name.as_str())
}

fn most_similar<'a>(candidates: &[&'a str], name: &str) -> Option<&'a str> {
    if candidates.len() >= MAX_CANDIDATES {
        return None;
    }
    let mut best: Option<(&str, usize)> = None;
    for &candidate in candidates.iter().filter(|&&candidate| candidate != name) {
        let allowed = (name.len() + candidate.len() + 3) * MOVE_COST / 6;
        let allowed = best.map_or(allowed, |(_, distance)| allowed.min(distance - 1));
        let distance = distance(name.as_bytes(), candidate.as_bytes());
        if distance.is_some_and(|distance| distance <= allowed) {
            best = distance.map(|distance| (candidate, distance));
        }
    }
    best.map(|(candidate, _)| candidate)
}

/// The Levenshtein distance, in which changing case is cheap; `None` for long names.
fn distance(a: &[u8], b: &[u8]) -> Option<usize> {
    let prefix = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[prefix..], &b[prefix..]);
    let suffix = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[..a.len() - suffix], &b[..b.len() - suffix]);
    if a.is_empty() || b.is_empty() {
        return Some((a.len() + b.len()) * MOVE_COST);
    }
    if a.len() > MAX_LENGTH || b.len() > MAX_LENGTH {
        return None;
    }
    // row[i] is the distance from the first i letters of `a` to those of `b` seen so far.
    let mut row: Vec<usize> = (0..=a.len()).map(|i| i * MOVE_COST).collect();
    for &letter in b {
        let mut diagonal = row[0];
        row[0] += MOVE_COST;
        for (i, &other) in a.iter().enumerate() {
            let replaced = diagonal + replacement_cost(letter, other);
            diagonal = row[i + 1];
            row[i + 1] = replaced.min(row[i].min(row[i + 1]) + MOVE_COST);
        }
    }
    row.last().copied()
}

fn replacement_cost(a: u8, b: u8) -> usize {
    match a == b {
        true => 0,
        false if a.eq_ignore_ascii_case(&b) => CASE_COST,
        false => MOVE_COST,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_count_moves_and_case() {
        assert_eq!(distance(b"print", b"print"), Some(0));
        assert_eq!(distance(b"prit", b"print"), Some(2));
        assert_eq!(distance(b"Print", b"print"), Some(1));
        assert_eq!(distance(b"abc", b"xyz"), Some(6));
        assert_eq!(distance(b"kitten", b"sitting"), Some(6));
    }

    #[test]
    fn the_first_of_equally_similar_names_is_suggested() {
        assert_eq!(most_similar(&["counter", "counted"], "counte"), Some("counter"));
        assert_eq!(most_similar(&["x"], "total"), None);
        assert_eq!(most_similar(&["total", "totals"], "total"), Some("totals"));
    }
}
