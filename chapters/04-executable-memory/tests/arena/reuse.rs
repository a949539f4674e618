//! What becomes of memory when code is freed.

use std::sync::Arc;

use ch04_executable_memory::{Arena, ArenaOptions, Strategy, SystemCall, SystemPages};
use fastrand::Rng;

use crate::maps::bytes_at;
use crate::numbered::{BOTH, Numbered, Numbers, SHORTEST, TRAP, arena, arena_on, options, publish};
use crate::watched::Watched;

#[test]
fn freed_code_stops_whoever_executes_it() {
    for strategy in BOTH {
        let arena = arena(strategy);
        let function = publish(&arena, 1, 5000).expect("there is memory");
        let code = function.addresses();
        function.free().expect("nobody executes it");
        assert_eq!(bytes_at(code.start, 5008), [TRAP; 5008], "with {strategy:?}");
    }
}

#[test]
fn freed_room_is_used_again() {
    for strategy in BOTH {
        let arena = arena(strategy);
        let first = publish(&arena, 1, 5000).expect("there is memory");
        let _behind = publish(&arena, 2, 5000).expect("there is memory");
        let start = first.addresses().start;
        first.free().expect("nobody executes it");
        let populated = arena.usage().populated;
        let again = publish(&arena, 3, 5000).expect("there is memory");
        again.assert_works();
        if strategy == Strategy::DualMapping {
            assert_eq!(again.addresses().start, start);
        }
        assert_eq!(arena.usage().populated, populated);
    }
}

#[test]
fn holes_between_code_are_used_again_before_there_is_another_region() {
    for strategy in BOTH {
        let sizes =
            ArenaOptions { first_region: 1 << 18, largest_region: 1 << 18, ..options(strategy) };
        let arena = Arena::new(Arc::new(SystemPages), sizes);
        let publish = |number| publish(&arena, number, 4000).expect("there is memory");
        let functions: Vec<Numbered> = (0..3 * 64).map(publish).collect();
        assert_eq!(arena.usage().regions, 3, "each page has a function");
        let is_freed = |function: &Numbered| (function.addresses().start / 4096).is_multiple_of(2);
        let (freed, kept): (Vec<_>, Vec<_>) = functions.into_iter().partition(is_freed);
        let count = freed.len() as u32;
        freed.into_iter().for_each(|function| function.free().expect("nobody executes it"));
        let again: Vec<Numbered> = (0..count).map(publish).collect();
        assert_eq!(arena.usage().regions, 3, "with {strategy:?}");
        kept.iter().chain(&again).for_each(Numbered::assert_works);
    }
}

#[test]
fn processors_forget_old_code_exactly_when_there_was_some() {
    for strategy in BOTH {
        let pages = Arc::new(Watched::default());
        let arena = arena_on(pages.clone(), strategy);
        let publish = |number, bytes| publish(&arena, number, bytes).expect("there is memory");
        let synchronized = || pages.count(SystemCall::Synchronize);
        let (first, second) = (publish(1, 5000), publish(2, 70_000));
        assert_eq!(synchronized(), 0, "all is fresh, with {strategy:?}");
        second.free().expect("nobody executes it");
        let third = publish(3, 70_000);
        assert_eq!(synchronized(), 1, "the second one was here, with {strategy:?}");
        let fourth = publish(4, 70_000);
        assert_eq!(synchronized(), 0, "this is fresh, with {strategy:?}");
        [first, third, fourth].into_iter().for_each(|it| it.free().expect("nobody executes it"));
        assert_eq!(synchronized(), 0, "what is freed is executed by nobody");
    }
}

#[test]
fn one_synchronization_is_enough_for_a_batch() {
    for strategy in BOTH {
        let pages = Arc::new(Watched::default());
        let arena = arena_on(pages.clone(), strategy);
        let batch = || {
            let mut numbers = Numbers::new(&arena);
            for number in 0..100 {
                numbers.add(number, 3000, 16).expect("there is memory");
            }
            numbers.publish().expect("code may be executed")
        };
        batch().into_iter().for_each(|function| function.free().expect("nobody executes it"));
        assert_eq!(pages.count(SystemCall::Synchronize), 0);
        batch().iter().for_each(Numbered::assert_works);
        assert_eq!(pages.count(SystemCall::Synchronize), 1);
    }
}

#[test]
fn one_old_place_in_a_batch_is_enough_for_a_synchronization() {
    for strategy in BOTH {
        let pages = Arc::new(Watched::default());
        let arena = arena_on(pages.clone(), strategy);
        let old = publish(&arena, 1, 70_000).expect("there is memory");
        old.free().expect("nobody executes it");
        let mut numbers = Numbers::new(&arena);
        numbers.add(2, 70_000, 16).expect("there is memory");
        numbers.add(3, 70_000, 16).expect("there is memory");
        numbers.publish().expect("code may be executed").iter().for_each(Numbered::assert_works);
        assert_eq!(pages.count(SystemCall::Synchronize), 1, "with {strategy:?}");
    }
}

#[test]
fn old_places_are_remembered_in_whatever_order_they_are_used_again() {
    for strategy in BOTH {
        let pages = Arc::new(Watched::default());
        let arena = arena_on(pages.clone(), strategy);
        let publish = |number| publish(&arena, number, 70_000).expect("there is memory");
        let mut functions = [1, 2, 3, 4].map(publish).map(Some);
        for number in [0, 2, 1, 3] {
            let function: Option<Numbered> = functions[number].take();
            function.expect("each goes once").free().expect("nobody executes it");
            functions[number] = Some(publish(number as u32));
        }
        assert_eq!(pages.count(SystemCall::Synchronize), 4, "with {strategy:?}");
    }
}

#[test]
fn what_was_freed_in_pieces_can_be_taken_as_a_whole() {
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [0, 2, 1, 3], [1, 3, 2, 0]] {
        for strategy in BOTH {
            let sizes = ArenaOptions { first_region: 4 << 16, ..options(strategy) };
            let arena = Arena::new(Arc::new(SystemPages), sizes);
            let publish = |number, bytes| publish(&arena, number, bytes).expect("there is memory");
            let mut functions = [1, 2, 3, 4].map(|number| Some(publish(number, 65_000)));
            assert_eq!(arena.usage().regions, 1);
            for number in order {
                let function: Option<Numbered> = functions[number].take();
                function.expect("each goes once").free().expect("nobody executes it");
            }
            publish(5, 4 * 65_000).assert_works();
            assert_eq!(arena.usage().regions, 1, "in the order {order:?}, with {strategy:?}");
        }
    }
}

#[test]
fn two_mappings_are_never_changed() {
    let pages = Arc::new(Watched::default());
    let arena = arena_on(pages.clone(), Strategy::DualMapping);
    for number in 0..100 {
        let function = publish(&arena, number, 5000).expect("there is memory");
        function.assert_works();
        function.free().expect("nobody executes it");
    }
    assert_eq!(pages.count(SystemCall::Protect), 0);
}

#[test]
fn a_page_with_code_of_several_is_freed_with_the_last() {
    for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2], [1, 2, 0], [0, 2, 1], [2, 0, 1]] {
        let pages = Arc::new(Watched::default());
        let arena = arena_on(pages.clone(), Strategy::Flips);
        let mut numbers = Numbers::new(&arena);
        for number in 0..3 {
            numbers.add(number, 6000, 16).expect("there is memory");
        }
        let functions = numbers.publish().expect("code may be executed");
        let start = functions[0].addresses().start;
        let mut functions: Vec<_> = functions.into_iter().map(Some).collect();
        functions.iter().flatten().for_each(|function| pages.watch(function.addresses()));
        let free = arena.usage().free;
        for (so_far, number) in order.into_iter().enumerate() {
            let function = functions[number].take().expect("each is freed once");
            pages.unwatch(function.addresses());
            function.free().expect("nobody executes it");
            functions.iter().flatten().for_each(Numbered::assert_works);
            assert_eq!(arena.usage().pieces, 2 - so_far);
        }
        assert_eq!(pages.trespasses(), [], "in the order {order:?}");
        assert_eq!(arena.usage().free, free + 5 * 4096);
        assert_eq!(bytes_at(start, 5 * 4096), [TRAP; 5 * 4096]);
    }
}

#[test]
fn no_flip_touches_a_page_with_code_of_somebody_else() {
    let pages = Arc::new(Watched::default());
    let arena = arena_on(pages.clone(), Strategy::Flips);
    let mut random = Rng::with_seed(44);
    let mut functions: Vec<Numbered> = Vec::new();
    for round in 0..300 {
        let mut numbers = Numbers::new(&arena);
        for number in 0..random.u32(..20) {
            let bytes = random.usize(SHORTEST..if number == 7 { 20_000 } else { 2000 });
            numbers.add(round * 20 + number, bytes, 1 << random.u32(..8)).expect("there is memory");
        }
        let published = numbers.publish().expect("code may be executed");
        published.iter().for_each(|function| pages.watch(function.addresses()));
        functions.extend(published);
        random.shuffle(&mut functions);
        let left = random.usize(..=functions.len());
        for function in functions.drain(left..) {
            pages.unwatch(function.addresses());
            function.free().expect("nobody executes it");
        }
        functions.iter().for_each(Numbered::assert_works);
    }
    assert!(pages.count(SystemCall::Protect) > 300);
    assert_eq!(pages.trespasses(), []);
    functions.into_iter().for_each(|function| function.free().expect("nobody executes it"));
    assert_eq!(arena.usage().free, arena.usage().reserved);
}

#[test]
fn where_processors_cannot_forget_code_goes_to_new_room_only() {
    for strategy in BOTH {
        let pages = Arc::new(Watched::default());
        let arena = arena_on(pages.clone(), strategy);
        let first = publish(&arena, 1, 5000).expect("there is memory");
        let old = first.addresses();
        first.free().expect("nobody executes it");
        pages.refuse(|call| call.call == SystemCall::Synchronize);
        publish(&arena, 2, 5000).expect_err("there has been code before");
        for number in 3..100 {
            let function = publish(&arena, number, 5000).expect("there is memory");
            function.assert_works();
            assert!(function.addresses().start >= old.end, "not where code was, with {strategy:?}");
            function.free().expect("nobody executes it");
        }
    }
}
