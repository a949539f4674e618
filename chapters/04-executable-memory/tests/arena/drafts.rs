//! Drafts: their size, where they are, and what becomes of those that come to nothing.

use std::sync::Arc;

use ch04_executable_memory::{
    Arena, ArenaError, ArenaOptions, Named, Strategy, SystemCall, SystemPages,
};

use crate::maps::bytes_at;
use crate::numbered::{BOTH, Numbers, SHORTEST, TRAP, arena, arena_on, options, publish};
use crate::roots::Roots;
use crate::watched::Watched;

#[test]
fn code_begins_at_a_multiple_of_its_alignment() {
    for strategy in BOTH {
        let arena = arena(strategy);
        let mut numbers = Numbers::new(&arena);
        for number in 0..60 {
            let alignment = 1 << (number % 13);
            let address = numbers.add(number, SHORTEST + number as usize * 7, alignment);
            let address = address.expect("there is memory");
            assert!(address.is_multiple_of(alignment as u64), "{address:#x} for {alignment}");
        }
        let functions = numbers.publish().expect("code may be executed");
        functions.iter().for_each(|function| function.assert_works());
        functions.into_iter().for_each(|function| function.free().expect("nobody executes it"));
        assert_eq!(arena.usage().free, arena.usage().reserved);
    }
}

#[test]
fn alone_code_begins_at_a_multiple_of_its_alignment_too() {
    for strategy in BOTH {
        let arena = arena(strategy);
        let _before = publish(&arena, 1, SHORTEST).expect("there is memory");
        let mut batch = arena.batch();
        for alignment in [4096, 1, 256, 4096, 32, 4096] {
            let draft = batch.draft(24, alignment).expect("there is memory");
            assert!(draft.address().0.is_multiple_of(alignment as u64), "{alignment}");
            draft.finish(Arc::new(Named("nothing".to_owned())));
        }
    }
}

#[test]
#[should_panic = "an alignment is up to a page"]
fn code_cannot_be_aligned_to_more_than_a_page() {
    let _ = arena(BOTH[0]).batch().draft(1, 8192);
}

#[test]
#[should_panic = "an alignment is up to a page"]
fn an_alignment_is_a_power_of_two() {
    let _ = arena(BOTH[0]).batch().draft(1, 24);
}

#[test]
fn a_draft_may_be_empty() {
    for strategy in BOTH {
        let arena = arena(strategy);
        let mut batch = arena.batch();
        for _ in 0..3 {
            let mut draft = batch.draft(0, 16).expect("there is memory");
            assert!(draft.bytes_mut().is_empty());
            draft.finish(Arc::new(Named("empty".to_owned())));
        }
        let codes = batch.publish().expect("code may be executed");
        assert!(codes.iter().all(|code| code.bytes().is_empty()));
        assert_eq!((arena.usage().pieces, arena.usage().code), (3, 0));
        for code in codes {
            code.free(&Roots::none()).expect("nobody executes it");
        }
        assert_eq!((arena.usage().pieces, arena.usage().free), (0, arena.usage().reserved));
    }
}

#[test]
fn a_batch_may_be_empty() {
    for strategy in BOTH {
        let arena = arena(strategy);
        assert!(arena.batch().publish().expect("nothing is asked for").is_empty());
        assert_eq!(arena.usage().regions, 0);
    }
}

#[test]
fn code_that_is_larger_than_the_largest_region_gets_one_of_its_own() {
    for strategy in BOTH {
        let sizes =
            ArenaOptions { first_region: 1 << 16, largest_region: 1 << 18, ..options(strategy) };
        let arena = Arena::new(Arc::new(SystemPages), sizes);
        let large = publish(&arena, 1, 5_000_000).expect("there is memory");
        let small = publish(&arena, 2, SHORTEST).expect("there is memory");
        large.assert_works();
        small.assert_works();
        large.free().expect("nobody executes it");
        small.assert_works();
    }
}

#[test]
fn regions_need_not_be_asked_for_in_pages() {
    for strategy in BOTH {
        let sizes =
            ArenaOptions { first_region: 70_001, largest_region: 300_003, ..options(strategy) };
        let arena = Arena::new(Arc::new(SystemPages), sizes);
        let functions: Vec<_> = (0..20).map(|number| publish(&arena, number, 50_000)).collect();
        for function in functions {
            function.expect("there is memory").assert_works();
        }
    }
}

#[test]
fn each_region_is_twice_as_large_as_the_one_before() {
    let sizes = ArenaOptions { first_region: 1 << 16, largest_region: 1 << 18, ..options(BOTH[0]) };
    let pages = Arc::new(Watched::default());
    let arena = Arena::new(pages.clone(), sizes);
    let _functions: Vec<_> = (0..20).map(|number| publish(&arena, number, 60_000)).collect();
    let calls = pages.calls();
    let shared = calls.iter().filter(|call| call.call == SystemCall::Share);
    let sizes: Vec<usize> = shared.map(|call| call.bytes >> 16).collect();
    assert_eq!(sizes, [1, 2, 4, 4, 4, 4, 4]);
}

#[test]
fn more_bytes_than_an_address_can_tell_are_refused() {
    for strategy in BOTH {
        let arena = arena(strategy);
        for bytes in [usize::MAX, usize::MAX - 15, isize::MAX as usize, 1 << 32, (1 << 31) + 1] {
            for alignment in [1, 4096] {
                let mut batch = arena.batch();
                let refused = batch.draft(bytes, alignment).expect_err("nobody has so much");
                assert!(matches!(refused, ArenaError::TooLarge { .. }), "{refused}");
            }
        }
        assert_eq!(arena.usage().regions, 0);
    }
}

#[test]
fn what_is_drafted_and_dropped_leaves_nothing() {
    for strategy in BOTH {
        let arena = arena(strategy);
        let mut numbers = Numbers::new(&arena);
        let start = numbers.add(1, 5000, 16).expect("there is memory");
        numbers.add(2, 100, 16).expect("there is memory");
        drop(numbers);
        let usage = arena.usage();
        assert_eq!((usage.free, usage.pieces, usage.code), (usage.reserved, 0, 0));
        assert_eq!(bytes_at(start, 5200), [TRAP; 5200], "with {strategy:?}");
        assert!(arena.trim().expect("the system takes it back") > 0);
    }
}

#[test]
fn a_draft_that_is_not_finished_is_not_published() {
    for strategy in BOTH {
        let arena = arena(strategy);
        let mut batch = arena.batch();
        let mut forsaken = batch.draft(500, 16).expect("there is memory");
        forsaken.bytes_mut().fill(0x90);
        let start = forsaken.address().0;
        drop(forsaken);
        assert!(batch.publish().expect("nothing is left to execute").is_empty());
        assert_eq!(bytes_at(start, 512), [TRAP; 512], "with {strategy:?}");
        assert_eq!(arena.usage().free, arena.usage().reserved);
    }
}

#[test]
fn what_a_batch_did_not_use_goes_back_when_it_is_published() {
    for strategy in BOTH {
        let arena = arena(strategy);
        let function = publish(&arena, 1, SHORTEST).expect("there is memory");
        let taken = arena.usage().reserved - arena.usage().free;
        let expected = match strategy {
            Strategy::DualMapping => 16,
            Strategy::Flips => 4096,
        };
        assert_eq!(taken, expected);
        function.assert_works();
    }
}

#[test]
fn around_code_there_is_nothing_that_can_be_executed() {
    for strategy in BOTH {
        let arena = arena_on(Arc::new(SystemPages), strategy);
        let mut numbers = Numbers::new(&arena);
        numbers.add(1, 33, 16).expect("there is memory");
        let second = numbers.add(2, 33, 64).expect("there is memory");
        let functions = numbers.publish().expect("code may be executed");
        let first = functions[0].addresses();
        let between = (second - first.end) as usize;
        assert!(between > 0, "somebody may return to the end of a function");
        assert_eq!(bytes_at(first.end, between), vec![TRAP; between], "with {strategy:?}");
        assert_eq!(bytes_at(second + 33, 15), [TRAP; 15], "with {strategy:?}");
    }
}
