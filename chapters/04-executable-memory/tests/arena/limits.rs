//! A process that may have no more memory.

use std::io::ErrorKind;

use ch04_executable_memory::{ArenaError, Strategy, SystemCall};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::alone::in_a_process_of_its_own;
use crate::maps::mappings;
use crate::numbered::{Numbered, Numbers, arena, publish};

/// Lets the process have so many bytes of addresses more than it has.
fn limit_addresses(more: u64) -> Rlimit {
    let before = getrlimit(Resource::As);
    let now: u64 = mappings().iter().map(|it| it.addresses.end - it.addresses.start).sum();
    let limit = Rlimit { current: Some(now + more), maximum: before.maximum };
    setrlimit(Resource::As, limit).expect("less is always allowed");
    before
}

/// Publishes until there is no memory, goes on with what there is, and publishes
/// again when there is some.
fn run_out_of_addresses(strategy: Strategy) {
    const BYTES: usize = 1_000_000;
    let arena = arena(strategy);
    let mut functions: Vec<Numbered> = Vec::with_capacity(1000);
    functions.push(publish(&arena, 0, BYTES).expect("there is memory"));
    let before = limit_addresses(64 << 20);
    let refused = loop {
        assert!(functions.len() < 100, "there is no limit");
        match publish(&arena, functions.len() as u32, BYTES) {
            Ok(function) => functions.push(function),
            Err(refused) => break refused,
        }
    };
    assert!(functions.len() > 10, "there was room for more than {}", functions.len());
    let is_expected =
        matches!(refused, ArenaError::System { call: SystemCall::Reserve | SystemCall::Map, .. });
    assert!(is_expected && refused.kind() == ErrorKind::OutOfMemory, "{refused}");
    functions.iter().for_each(Numbered::assert_works);
    functions.swap_remove(3).free().expect("nobody executes it");
    functions.push(publish(&arena, 1000, BYTES).expect("there is room again"));
    setrlimit(Resource::As, before).expect("it was allowed before");
    let mut numbers = Numbers::new(&arena);
    numbers.add(1001, 10 * BYTES, 16).expect("there is memory again");
    functions.extend(numbers.publish().expect("code may be executed"));
    functions.iter().for_each(Numbered::assert_works);
}

#[test]
fn with_two_mappings_published_code_runs_on_when_there_is_no_more_memory() {
    in_a_process_of_its_own(
        "limits::with_two_mappings_published_code_runs_on_when_there_is_no_more_memory",
        || run_out_of_addresses(Strategy::DualMapping),
    );
}

#[test]
fn with_flips_published_code_runs_on_when_there_is_no_more_memory() {
    in_a_process_of_its_own(
        "limits::with_flips_published_code_runs_on_when_there_is_no_more_memory",
        || run_out_of_addresses(Strategy::Flips),
    );
}
