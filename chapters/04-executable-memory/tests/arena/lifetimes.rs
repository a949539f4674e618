//! How long code, arenas and regions stay.

use std::sync::Arc;

use ch04_executable_memory::{Arena, ArenaOptions, SystemCall, SystemPages};

use crate::numbered::{BOTH, Numbered, arena_on, options, publish};
use crate::watched::Watched;

#[test]
fn code_that_is_dropped_can_be_called_when_its_arena_is_gone() {
    for strategy in BOTH {
        let pages = Arc::new(Watched::default());
        let arena = arena_on(pages.clone(), strategy);
        let function = publish(&arena, 42, 100).expect("there is memory");
        let call = function.abandon();
        assert_eq!(arena.usage().pieces, 1, "it is lost, and not freed");
        assert_eq!(arena.trim().expect("nothing is asked for"), 0);
        drop(arena);
        assert_eq!(call(), 42);
        assert_eq!(pages.count(SystemCall::Unmap), 0);
    }
}

#[test]
fn code_keeps_its_arena() {
    for strategy in BOTH {
        let arena = arena_on(Arc::new(Watched::default()), strategy);
        let function = publish(&arena, 42, 100).expect("there is memory");
        drop(arena);
        function.assert_works();
        function.free().expect("nobody executes it");
    }
}

#[test]
fn the_last_that_goes_takes_all_memory_with_it() {
    for strategy in BOTH {
        let pages = Arc::new(Watched::default());
        let arena = arena_on(pages.clone(), strategy);
        let cells = arena.cells(1).expect("there is memory");
        let functions: Vec<_> = (0..10).map(|number| publish(&arena, number, 300_000)).collect();
        drop(arena);
        for function in functions {
            function.expect("there is memory").free().expect("nobody executes it");
        }
        assert!(!pages.reserved().is_empty());
        drop(cells);
        assert_eq!(pages.reserved(), []);
        assert_eq!(pages.trespasses(), []);
    }
}

/// An arena whose regions have room for one function each, and three functions.
fn three_regions(pages: Arc<Watched>, number: usize) -> (Arc<Arena>, [Numbered; 3]) {
    let sizes =
        ArenaOptions { first_region: 1 << 16, largest_region: 1 << 16, ..options(BOTH[number]) };
    let arena = Arena::new(pages, sizes);
    let publish = |number| publish(&arena, number, 65_000).expect("there is memory");
    let functions = [publish(0), publish(1), publish(2)];
    assert_eq!(arena.usage().regions, 3);
    (arena, functions)
}

#[test]
fn trimming_gives_back_what_is_empty_and_nothing_else() {
    for number in 0..BOTH.len() {
        let pages = Arc::new(Watched::default());
        let (arena, [first, second, third]) = three_regions(pages.clone(), number);
        assert_eq!(arena.trim().expect("nothing is asked for"), 0);
        let gone = second.addresses();
        second.free().expect("nobody executes it");
        assert!(arena.trim().expect("the system takes it back") >= 1 << 16);
        assert_eq!(arena.usage().regions, 2);
        assert!(!pages.reserved().iter().any(|space| space.contains(&gone.start)));
        first.assert_works();
        third.assert_works();
        publish(&arena, 4, 65_000).expect("there is memory").assert_works();
    }
}

#[test]
fn a_region_in_which_somebody_writes_stays() {
    for strategy in BOTH {
        let arena = Arena::new(Arc::new(SystemPages), options(strategy));
        let mut batch = arena.batch();
        let mut draft = batch.draft(100, 16).expect("there is memory");
        assert_eq!(arena.trim().expect("nothing is asked for"), 0);
        draft.bytes_mut().fill(0x90);
        drop(draft);
        assert_eq!(arena.trim().expect("nothing is asked for"), 0);
        drop(batch);
        assert!(arena.trim().expect("the system takes it back") > 0);
    }
}

#[test]
fn what_the_system_does_not_take_back_stays_in_use() {
    for number in 0..BOTH.len() {
        let pages = Arc::new(Watched::default());
        let (arena, functions) = three_regions(pages.clone(), number);
        functions.into_iter().for_each(|function| function.free().expect("nobody executes it"));
        let mut calls = 0;
        pages.refuse(move |call| {
            let is_unmap = call.call == SystemCall::Unmap;
            calls += usize::from(is_unmap);
            is_unmap && calls == 1
        });
        arena.trim().expect_err("one is refused");
        assert_eq!(arena.usage().regions, 1);
        publish(&arena, 9, 65_000).expect("there is room").assert_works();
        assert_eq!(arena.usage().regions, 1);
    }
}

#[test]
fn what_the_system_takes_back_half_is_given_back_by_the_next_trim() {
    let pages = Arc::new(Watched::default());
    let (arena, functions) = three_regions(pages.clone(), 0);
    functions.into_iter().for_each(|function| function.free().expect("nobody executes it"));
    let mut calls = 0;
    pages.refuse(move |call| {
        let is_unmap = call.call == SystemCall::Unmap;
        calls += usize::from(is_unmap);
        is_unmap && calls == 2
    });
    arena.trim().expect_err("where one was written is refused");
    assert_eq!(pages.reserved().len(), 1);
    assert_eq!(pages.relent().len(), 1);
    publish(&arena, 9, 65_000).expect("there is memory").free().expect("nobody executes it");
    arena.trim().expect("the system takes it back");
    assert_eq!(pages.reserved(), []);
}
