//! The cliffhanger of chapter 3, and what becomes of it: how many entries the system's
//! list of mappings has when functions come and go. A process of its own, as all
//! mappings of the process are counted.
#![cfg(target_os = "linux")]
#![expect(unsafe_code, reason = "vouches that code which is never executed can be freed")]

use std::sync::Arc;

use ch02_stencils::{Code as MappedCode, CodeBuffer};
use ch04_executable_memory::{Arena, ArenaOptions, Code, Named, NoRoots, SystemPages};

/// How many mappings this process has.
fn mappings() -> usize {
    let maps = std::fs::read_to_string("/proc/self/maps").expect("Linux says what is mapped");
    maps.lines().count()
}

/// The even ones, and the odd ones.
fn every_second<T>(all: Vec<T>) -> (Vec<T>, Vec<T>) {
    let (even, odd): (Vec<_>, Vec<_>) =
        all.into_iter().enumerate().partition(|(number, _)| number % 2 == 0);
    let values = |numbered: Vec<(usize, T)>| numbered.into_iter().map(|(_, value)| value).collect();
    (values(even), values(odd))
}

/// Code in a mapping of its own, as in chapters 2 and 3.
fn map() -> MappedCode {
    CodeBuffer::new(300).and_then(CodeBuffer::publish).expect("there is memory")
}

/// Code in an arena.
fn publish(arena: &Arc<Arena>) -> Code {
    let mut batch = arena.batch();
    batch.draft(300, 16).expect("there is memory").finish(Arc::new(Named("f".to_owned())));
    batch.publish().expect("it may be executed").remove(0)
}

// ANCHOR: every_second
#[test]
fn gaps_between_mappings_fill_the_systems_list_and_gaps_in_an_arena_do_not() {
    const FUNCTIONS: usize = 20_000;
    let at_first = mappings();
    let (freed, kept) = every_second((0..FUNCTIONS).map(|_| map()).collect());
    drop(freed);
    assert!(mappings() >= at_first + kept.len() - 1, "an entry for each function");
    drop(kept);

    let arena = Arena::new(Arc::new(SystemPages), ArenaOptions::new(0xcc));
    let at_first = mappings();
    let (freed, kept) = every_second((0..FUNCTIONS).map(|_| publish(&arena)).collect());
    freed.into_iter().for_each(free);
    assert!(mappings() <= at_first + 8 * arena.usage().regions, "a few for each region");
    kept.into_iter().for_each(free);
}
// ANCHOR_END: every_second

fn free(code: Code) {
    // SAFETY: nobody has ever executed it.
    let roots = unsafe { NoRoots::new() };
    code.free(&roots).expect("nobody is in the way");
}
