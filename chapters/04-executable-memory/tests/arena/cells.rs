//! Cells: words that code shares with everybody.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use ch02_stencils::CodeAddress;
use ch04_executable_memory::{Arena, ArenaError, Cells};

use crate::maps::access;
use crate::numbered::{BOTH, arena, publish};

fn cells(arena: &Arc<Arena>, count: usize) -> Cells {
    arena.cells(count).expect("there is memory")
}

fn address(cells: &Cells) -> u64 {
    cells.words().as_ptr().addr() as u64
}

#[test]
fn cells_can_be_written_and_not_executed() {
    for strategy in BOTH {
        let arena = arena(strategy);
        let cells = cells(&arena, 3);
        assert_eq!(cells.words().len(), 3);
        cells.words()[2].store(5, Ordering::Relaxed);
        assert_eq!(access(address(&cells)).as_deref(), Some("rw-p"));
    }
}

#[test]
fn cells_are_zero_even_where_others_have_been() {
    let arena = arena(BOTH[0]);
    let first = cells(&arena, 10);
    first.words().iter().for_each(|cell| cell.store(u64::MAX, Ordering::Relaxed));
    let before = address(&first);
    drop(first);
    let second = cells(&arena, 10);
    assert_eq!(address(&second), before, "what is free is used again");
    assert!(second.words().iter().all(|cell| cell.load(Ordering::Relaxed) == 0));
}

#[test]
fn no_cell_belongs_to_two() {
    let arena = arena(BOTH[0]);
    let all: Vec<Cells> = (0..100).map(|count| cells(&arena, count)).collect();
    for (number, cells) in (0u64..).zip(&all) {
        cells.words().iter().for_each(|cell| cell.store(number, Ordering::Relaxed));
    }
    for (number, cells) in (0u64..).zip(&all) {
        assert!(cells.words().iter().all(|cell| cell.load(Ordering::Relaxed) == number));
    }
}

#[test]
fn cells_are_within_reach_of_their_region_s_code() {
    for strategy in BOTH {
        let arena = arena(strategy);
        let cells = cells(&arena, 1);
        let function = publish(&arena, 1, 100).expect("there is memory");
        let distance = address(&cells).cast_signed() - function.addresses().start.cast_signed();
        assert!(i32::try_from(distance).is_ok(), "{distance:#x}");
        function.free().expect("nobody executes it");
    }
}

#[test]
fn no_cells_at_all_are_taken_and_given_back_in_any_order() {
    for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2], [1, 2, 0], [0, 2, 1], [2, 0, 1]] {
        let arena = arena(BOTH[0]);
        let mut all = [2, 2, 0].map(|count| Some(cells(&arena, count)));
        assert!(all[2].as_ref().is_some_and(|cells| cells.words().is_empty()));
        for index in order {
            all[index] = None;
        }
        assert!(arena.trim().expect("the system takes it back") > 0);
    }
}

#[test]
fn more_cells_than_a_region_has_get_a_region_of_their_own() {
    let arena = arena(BOTH[0]);
    let few = cells(&arena, 1);
    let many = cells(&arena, 1 << 20);
    many.words()[(1 << 20) - 1].store(1, Ordering::Relaxed);
    assert_eq!(arena.usage().regions, 2);
    drop(few);
    assert_eq!(many.words()[(1 << 20) - 1].load(Ordering::Relaxed), 1);
}

#[test]
fn more_cells_than_there_are_addresses_are_refused() {
    let arena = arena(BOTH[0]);
    for count in [usize::MAX, usize::MAX / 8, 1 << 28] {
        let refused = arena.cells(count).expect_err("nobody has so much memory");
        assert!(matches!(refused, ArenaError::TooLarge { .. }), "{refused}");
    }
    assert_eq!(arena.usage().regions, 0);
}

#[test]
fn a_region_with_cells_in_it_stays() {
    let arena = arena(BOTH[0]);
    let cells = cells(&arena, 1);
    assert_eq!(arena.trim().expect("nothing is asked for"), 0);
    cells.words()[0].store(1, Ordering::Relaxed);
    let cell = CodeAddress(address(&cells));
    drop(cells);
    assert!(arena.trim().expect("the system takes it back") > 0);
    assert!(arena.locate(cell, |_| ()).is_none());
}
