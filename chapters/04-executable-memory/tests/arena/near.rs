//! Code that is in reach of what it calls, if there is room.

use std::ops::Range;
use std::sync::Arc;

use ch04_executable_memory::{Arena, ArenaOptions, Strategy, SystemCall};

use crate::maps::mappings;
use crate::numbered::{BOTH, Numbered, arena_on, options, publish};
use crate::watched::Watched;

/// Where the machine code of this program lies.
fn our_own_text() -> Range<u64> {
    let here = (our_own_text as fn() -> Range<u64>) as usize as u64;
    let own = mappings().into_iter().find(|mapping| mapping.addresses.contains(&here));
    own.expect("this is executed").addresses
}

/// Whether distances of 32 bits get from all of one range to all of the other, and back.
fn reach(one: &Range<u64>, other: &Range<u64>) -> bool {
    let fits = |from: u64, to: u64| i32::try_from(to.cast_signed() - from.cast_signed()).is_ok();
    fits(one.start, other.end) && fits(one.end, other.start)
}

fn near_arena(pages: Arc<Watched>, strategy: Strategy) -> Arc<Arena> {
    Arena::new(pages, ArenaOptions { near: Some(our_own_text()), ..options(strategy) })
}

/// Code for several regions.
fn functions(arena: &Arc<Arena>) -> Vec<Numbered> {
    let publish = |number| publish(arena, number, 900_000).expect("there is memory");
    let functions: Vec<_> = (0..8).map(publish).collect();
    functions.iter().for_each(Numbered::assert_works);
    assert!(arena.usage().regions > 2);
    functions
}

/// Where it tried to reserve addresses, and whether the region was to be there.
fn wishes(pages: &Watched) -> Vec<u64> {
    let reserves = pages.calls().into_iter().filter(|call| call.call == SystemCall::Reserve);
    reserves.map(|call| call.start).filter(|&start| start != 0).collect()
}

#[test]
fn all_code_and_all_cells_are_in_reach_of_what_was_asked_for() {
    for strategy in BOTH {
        let arena = near_arena(Arc::new(Watched::default()), strategy);
        let cells = arena.cells(1).expect("there is memory");
        let cell = cells.words().as_ptr().addr() as u64;
        assert!(reach(&(cell..cell + 8), &our_own_text()));
        for function in functions(&arena) {
            assert!(reach(&function.addresses(), &our_own_text()), "{:x?}", function.addresses());
        }
    }
}

#[test]
fn where_somebody_is_already_there_the_next_place_is_tried() {
    for strategy in BOTH {
        let pages = Arc::new(Watched::default());
        let first = near_arena(pages.clone(), strategy);
        let _cells = first.cells(1).expect("there is memory");
        let taken = *wishes(&pages).last().expect("it has asked for a place");
        let second = near_arena(pages.clone(), strategy);
        let _more_cells = second.cells(1).expect("there is memory");
        let wishes = wishes(&pages);
        assert!(wishes.len() > 1 && wishes.contains(&taken), "{wishes:x?} after {taken:x?}");
        let function = publish(&second, 1, 100).expect("there is memory");
        function.assert_works();
        assert!(reach(&function.addresses(), &our_own_text()));
    }
}

#[test]
fn without_room_in_reach_code_is_anywhere() {
    for strategy in BOTH {
        let pages = Arc::new(Watched::default());
        pages.refuse(|call| call.call == SystemCall::Reserve && call.start != 0);
        let arena = near_arena(pages.clone(), strategy);
        publish(&arena, 1, 100).expect("there is memory").assert_works();
        let refused = pages.relent();
        assert!(refused.len() > 100, "only {} places were tried", refused.len());
        let near = refused.iter().map(|call| call.start..call.start + call.bytes as u64);
        assert!(near.into_iter().all(|place| reach(&place, &our_own_text())));
    }
}

#[test]
fn what_nothing_can_be_near_to_asks_for_no_place() {
    for strategy in BOTH {
        let pages = Arc::new(Watched::default());
        let near = Some(0x10_0000..0x7f00_0000_0000);
        let arena = Arena::new(pages.clone(), ArenaOptions { near, ..options(strategy) });
        publish(&arena, 1, 100).expect("there is memory").assert_works();
        assert!(wishes(&pages).is_empty());
    }
}

#[test]
fn what_has_nothing_to_do_with_the_place_is_not_tried_elsewhere() {
    let pages = Arc::new(Watched::default());
    let arena = near_arena(pages.clone(), Strategy::DualMapping);
    let function = publish(&arena, 1, 100).expect("there is memory");
    let wished = wishes(&pages).len();
    pages.refuse(|call| call.call == SystemCall::Share);
    let large = arena.batch().draft(1 << 26, 16).map(|_| ());
    large.expect_err("there is no memory, wherever it is");
    assert!(wishes(&pages).len() < wished + 10, "the neighbours are tried, and not all places");
    function.assert_works();
}

#[test]
fn without_a_wish_the_system_chooses() {
    let pages = Arc::new(Watched::default());
    let arena = arena_on(pages.clone(), BOTH[0]);
    publish(&arena, 1, 100).expect("there is memory").assert_works();
    assert!(wishes(&pages).is_empty());
}
