//! Pages that nobody may touch, around everything that somebody may.

use std::sync::Arc;

use ch02_stencils::CodeAddress;
use ch04_executable_memory::{Arena, Place, Strategy, SystemCall};

use crate::maps::access;
use crate::numbered::{BOTH, arena_on, publish};
use crate::watched::{Call, Watched};

const PAGE: u64 = 4096;

/// What the arena says about an address, in a word.
fn place(arena: &Arc<Arena>, address: u64) -> Option<&'static str> {
    arena.locate(CodeAddress(address), |place| match place {
        Place::Code { .. } => "code",
        Place::Empty => "empty",
        Place::Cells => "cells",
        Place::Guard => "guard",
    })
}

/// Where something was mapped, in order.
fn mapped(calls: &[Call]) -> Vec<(u64, u64)> {
    let maps = calls.iter().filter(|call| call.call == SystemCall::Map);
    let mut ranges: Vec<_> =
        maps.map(|call| (call.start, call.start + call.bytes as u64)).collect();
    ranges.sort_unstable();
    ranges
}

#[test]
fn there_are_guard_pages_at_both_ends_and_between_what_is_mapped() {
    for strategy in BOTH {
        let pages = Arc::new(Watched::default());
        let arena = arena_on(pages.clone(), strategy);
        let function = publish(&arena, 1, 100).expect("there is memory");
        let mapped = mapped(&pages.calls());
        let expected = match strategy {
            Strategy::DualMapping => vec![1, 2],
            Strategy::Flips => vec![2],
        };
        let mut found = Vec::new();
        for space in pages.reserved() {
            let inside: Vec<_> = mapped.iter().filter(|it| space.contains(&it.0)).collect();
            let mut guards = space.start;
            for &&(start, end) in &inside {
                assert_eq!(start - guards, PAGE, "one page before what is mapped");
                assert_guard(&arena, guards);
                assert_guard(&arena, start - 1);
                guards = end;
            }
            assert_eq!(space.end - guards, PAGE, "one page at the end");
            assert_guard(&arena, guards);
            assert_guard(&arena, space.end - 1);
            found.push(inside.len());
        }
        found.sort_unstable();
        assert_eq!(found, expected, "how much is mapped in each reservation");
        function.free().expect("nobody executes it");
    }
}

fn assert_guard(arena: &Arc<Arena>, address: u64) {
    assert_eq!(access(address).as_deref(), Some("---p"), "{address:#x}");
    assert_eq!(place(arena, address), Some("guard"), "{address:#x}");
}

#[test]
fn the_arena_knows_what_lies_at_each_of_its_addresses() {
    for strategy in BOTH {
        let pages = Arc::new(Watched::default());
        let arena = arena_on(pages.clone(), strategy);
        let cells = arena.cells(1).expect("there is memory");
        let function = publish(&arena, 1, 100).expect("there is memory");
        let code = function.addresses();
        assert_eq!(place(&arena, code.start), Some("code"));
        assert_eq!(place(&arena, code.end - 1), Some("code"));
        assert_eq!(place(&arena, code.end), Some("empty"));
        assert_eq!(place(&arena, cells.words().as_ptr().addr() as u64), Some("cells"));
        let spaces = pages.reserved();
        let around = spaces.iter().flat_map(|space| [space.start - 1, space.end]);
        for outside in around.filter(|it| !spaces.iter().any(|space| space.contains(it))) {
            assert_eq!(place(&arena, outside), None, "{outside:#x} is not in {spaces:x?}");
        }
        assert_eq!(place(&arena, 0), None);
        function.free().expect("nobody executes it");
        assert_eq!(place(&arena, code.start), Some("empty"));
    }
}

#[test]
fn code_is_found_at_the_address_where_it_can_be_written_too() {
    let arena = arena_on(Arc::new(Watched::default()), Strategy::DualMapping);
    let mut batch = arena.batch();
    let written = batch.draft(100, 16).expect("there is memory").bytes_mut().as_ptr().addr() as u64;
    drop(batch);
    assert_eq!(place(&arena, written), Some("empty"));
    let function = publish(&arena, 1, 100).expect("there is memory");
    assert_eq!(place(&arena, written), Some("code"));
    assert_eq!(place(&arena, written + 100), Some("empty"));
    function.assert_works();
}
