//! Entry cells.

use std::panic::{AssertUnwindSafe, catch_unwind};

use ch02_stencils::CodeAddress;
use ch04_executable_memory::{Place, Strategy};
use ch05_code_cache::EntryCells;

use crate::shop::arena;

#[test]
fn at_first_all_cells_lead_to_the_same_place() {
    let arena = arena(Strategy::DualMapping);
    let cells = EntryCells::new(&arena, 100, CodeAddress(7)).expect("there is memory");
    assert!((0..100).all(|index| cells.get(index) == CodeAddress(7)));
}

#[test]
fn a_cell_leads_where_it_was_set_to_and_no_other_does() {
    let arena = arena(Strategy::DualMapping);
    let cells = EntryCells::new(&arena, 10, CodeAddress(7)).expect("there is memory");
    cells.set(3, CodeAddress(u64::MAX));
    let expected = |index| CodeAddress(if index == 3 { u64::MAX } else { 7 });
    assert!((0..10).all(|index| cells.get(index) == expected(index)));
}

#[test]
fn cells_lie_in_a_row_in_the_arena() {
    for strategy in [Strategy::DualMapping, Strategy::Flips] {
        let arena = arena(strategy);
        let cells = EntryCells::new(&arena, 10, CodeAddress(7)).expect("there is memory");
        for index in 0..10 {
            let address = cells.address(index);
            assert_eq!(address, cells.address(0) + 8 * index as u64);
            let is_cell = arena.locate(CodeAddress(address), |it| matches!(it, Place::Cells));
            assert_eq!(is_cell, Some(true));
        }
    }
}

#[test]
fn there_is_no_cell_behind_the_last_one() {
    let arena = arena(Strategy::DualMapping);
    let cells = EntryCells::new(&arena, 3, CodeAddress(7)).expect("there is memory");
    // The arena has room for a fourth one in the same 16 bytes.
    assert!(catch_unwind(AssertUnwindSafe(|| cells.set(3, CodeAddress(0)))).is_err());
    assert!(catch_unwind(AssertUnwindSafe(|| cells.get(3))).is_err());
    assert!(catch_unwind(AssertUnwindSafe(|| cells.address(3))).is_err());
}

#[test]
fn there_may_be_no_cell_at_all() {
    let arena = arena(Strategy::DualMapping);
    EntryCells::new(&arena, 0, CodeAddress(7)).expect("nothing is asked for");
}
