//! Many functions: one after the other, and at once.

use std::fs;
use std::sync::Arc;

use ch04_executable_memory::{Arena, Strategy};
use fastrand::Rng;

use crate::alone::in_a_process_of_its_own;
use crate::maps::{mappings, proportional, resident};
use crate::numbered::{Numbered, Numbers, SHORTEST, arena};

/// How many functions are there at once, and how often.
const AT_ONCE: u32 = 1000;
const ROUNDS: u32 = 100;

/// After so many rounds, no more memory is needed.
const WARM: u32 = 10;

/// Publishes so many functions in batches.
fn publish(
    arena: &Arc<Arena>,
    count: u32,
    batch: u32,
    mut bytes: impl FnMut() -> usize,
) -> Vec<Numbered> {
    let mut functions = Vec::with_capacity(count as usize);
    for first in (0..count).step_by(batch as usize) {
        let mut numbers = Numbers::new(arena);
        for number in first..first + batch {
            numbers.add(number, bytes(), 16).expect("there is memory");
        }
        functions.extend(numbers.publish().expect("code may be executed"));
    }
    functions
}

/// Compiles, runs and frees 100,000 functions, by turns one by one and in batches, and
/// looks at the memory all the while.
fn come_and_go(strategy: Strategy) {
    let arena = arena(strategy);
    let mut random = Rng::with_seed(400);
    let mut before = None;
    for round in 0..ROUNDS {
        let batch = if round % 2 == 0 { 1 } else { 100 };
        let mut functions = publish(&arena, AT_ONCE, batch, || random.usize(SHORTEST..1600));
        functions.iter().for_each(Numbered::assert_works);
        let resident = resident();
        random.shuffle(&mut functions);
        functions.into_iter().for_each(|function| function.free().expect("nobody executes it"));
        let usage = arena.usage();
        assert_eq!((usage.free, usage.pieces), (usage.reserved, 0), "all of it is free again");
        let files = fs::read_dir("/proc/self/fd").expect("Linux lists them").count();
        let now = (usage.regions, usage.reserved, mappings().len(), files);
        if round >= WARM {
            let (plateau, then) = before.get_or_insert((resident, now));
            assert_eq!(now, *then, "in round {round}");
            assert!(resident * 10 <= *plateau * 11, "{plateau} bytes have become {resident}");
        }
    }
}

#[test]
fn with_two_mappings_functions_come_and_go_without_end() {
    in_a_process_of_its_own("many::with_two_mappings_functions_come_and_go_without_end", || {
        come_and_go(Strategy::DualMapping);
    });
}

#[test]
fn with_flips_functions_come_and_go_without_end() {
    in_a_process_of_its_own("many::with_flips_functions_come_and_go_without_end", || {
        come_and_go(Strategy::Flips);
    });
}

/// Has a million functions at once, each of 800 bytes.
fn a_million(strategy: Strategy) {
    const BYTES: usize = 800;
    const COUNT: u32 = 1_000_000;
    let arena = arena(strategy);
    let (memory, maps) = (proportional(), mappings().len());
    let functions = publish(&arena, COUNT, 1000, || BYTES);
    functions.iter().step_by(997).for_each(Numbered::assert_works);
    let usage = arena.usage();
    assert_eq!((usage.pieces, usage.code), (COUNT as usize, COUNT as usize * BYTES));
    let memory = proportional() - memory;
    let expected = COUNT as u64 * 816;
    assert!(memory < expected / 10 * 13, "{memory} bytes, the books with them");
    assert!(usage.populated as u64 <= expected / 100 * 101, "{usage:?}");
    assert!(mappings().len() - maps < 200, "a few for each of {} regions", usage.regions);
}

#[test]
fn with_two_mappings_a_million_functions_are_there_at_once() {
    in_a_process_of_its_own(
        "many::with_two_mappings_a_million_functions_are_there_at_once",
        || {
            a_million(Strategy::DualMapping);
        },
    );
}

#[test]
fn with_flips_a_million_functions_are_there_at_once() {
    in_a_process_of_its_own("many::with_flips_a_million_functions_are_there_at_once", || {
        a_million(Strategy::Flips);
    });
}
