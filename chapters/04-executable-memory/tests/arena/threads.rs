//! Two threads that publish, run and free code at once.

use std::sync::{Arc, mpsc};
use std::thread;

use ch04_executable_memory::{Arena, ArenaOptions, Strategy};
use fastrand::Rng;

use crate::numbered::{BOTH, Numbered, Numbers, SHORTEST, arena, options};
use crate::watched::Watched;

/// How many batches each thread publishes.
const BATCHES: u32 = 500;

/// Publishes some functions, which begin to count where `first` says.
fn publish(arena: &Arc<Arena>, random: &mut Rng, first: u32) -> Vec<Numbered> {
    let mut numbers = Numbers::new(arena);
    for number in first..first + random.u32(1..8) {
        numbers.add(number, random.usize(SHORTEST..3000), 16).expect("there is memory");
    }
    numbers.publish().expect("code may be executed")
}

/// What one of the threads does.
fn work(arena: &Arc<Arena>, pages: &Watched, seed: u32) {
    let mut random = Rng::with_seed(seed.into());
    let mut functions: Vec<Numbered> = Vec::new();
    for batch in 0..BATCHES {
        let published = publish(arena, &mut random, (seed << 24) + batch * 8);
        published.iter().for_each(|function| pages.watch(function.addresses()));
        functions.extend(published);
        functions.iter().for_each(Numbered::assert_works);
        random.shuffle(&mut functions);
        for function in functions.drain(random.usize(..=functions.len().min(30))..) {
            pages.unwatch(function.addresses());
            function.free().expect("nobody executes it");
        }
        if batch % 100 == 0 {
            arena.trim().expect("the system takes it back");
        }
    }
    functions.into_iter().for_each(|function| {
        pages.unwatch(function.addresses());
        function.free().expect("nobody executes it");
    });
}

/// Lets two threads loose.
fn stress(strategy: Strategy) {
    let pages = Arc::new(Watched::default());
    let sizes =
        ArenaOptions { first_region: 1 << 16, largest_region: 1 << 18, ..options(strategy) };
    let arena = Arena::new(pages.clone(), sizes);
    thread::scope(|scope| {
        for seed in [1, 2] {
            let (arena, pages) = (&arena, &pages);
            scope.spawn(move || work(arena, pages, seed));
        }
    });
    assert_eq!(pages.trespasses(), []);
    let usage = arena.usage();
    assert_eq!((usage.free, usage.pieces, usage.code), (usage.reserved, 0, 0));
    drop(arena);
    assert_eq!(pages.reserved(), []);
}

#[test]
fn with_two_mappings_two_threads_do_not_get_in_each_other_s_way() {
    stress(Strategy::DualMapping);
}

#[test]
fn with_flips_two_threads_do_not_get_in_each_other_s_way() {
    stress(Strategy::Flips);
}

#[test]
fn code_that_one_thread_publishes_another_can_run_and_free() {
    for strategy in BOTH {
        let arena = arena(strategy);
        let (send, receive) = mpsc::channel::<Numbered>();
        thread::scope(|scope| {
            scope.spawn(move || {
                for function in receive {
                    function.assert_works();
                    function.free().expect("nobody executes it");
                }
            });
            let mut random = Rng::with_seed(7);
            for batch in 0..300 {
                for function in publish(&arena, &mut random, batch * 8) {
                    send.send(function).expect("the other thread listens");
                }
            }
            drop(send);
        });
        assert_eq!(arena.usage().free, arena.usage().reserved);
    }
}
