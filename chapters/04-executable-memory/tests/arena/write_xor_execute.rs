//! No page can ever be written and executed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;

use ch04_executable_memory::Strategy;

use crate::maps::{access, assert_write_xor_execute};
use crate::numbered::{BOTH, Numbers, SHORTEST, arena, arena_on, publish};
use crate::watched::Watched;

/// Looks at all mappings between any two steps, and before each call of the system.
fn live_and_look(strategy: Strategy) {
    let pages = Arc::new(Watched::default());
    pages.refuse(|_| {
        assert_write_xor_execute();
        false
    });
    let arena = arena_on(pages, strategy);
    let look = assert_write_xor_execute;
    let cells = arena.cells(4).expect("there is memory");
    look();
    let mut batch = arena.batch();
    let mut draft = batch.draft(100, 16).expect("there is memory");
    look();
    draft.bytes_mut().fill(0x90);
    look();
    drop(draft);
    look();
    drop(batch);
    look();
    let mut numbers = Numbers::new(&arena);
    numbers.add(1, 5000, 16).expect("there is memory");
    numbers.add(2, SHORTEST, 4096).expect("there is memory");
    look();
    let functions = numbers.publish().expect("code may be executed");
    look();
    functions.iter().for_each(|function| function.assert_works());
    look();
    for function in functions {
        function.free().expect("nobody executes it");
        look();
    }
    let again = publish(&arena, 3, 5000).expect("there is memory");
    look();
    again.assert_works();
    again.free().expect("nobody executes it");
    drop(cells);
    look();
    assert!(arena.trim().expect("the system takes it back") > 0);
    look();
}

#[test]
fn with_two_mappings_no_page_can_be_written_and_executed_between_any_two_steps() {
    live_and_look(Strategy::DualMapping);
}

#[test]
fn with_flips_no_page_can_be_written_and_executed_between_any_two_steps() {
    live_and_look(Strategy::Flips);
}

#[test]
fn another_thread_never_sees_a_page_that_can_be_written_and_executed() {
    for strategy in BOTH {
        let (is_done, looks) = (AtomicBool::new(false), AtomicU32::new(0));
        thread::scope(|scope| {
            let observer = scope.spawn(|| {
                while !is_done.load(Ordering::Relaxed) {
                    assert_write_xor_execute();
                    looks.fetch_add(1, Ordering::Relaxed);
                }
            });
            let arena = arena(strategy);
            for number in 0.. {
                let function = publish(&arena, number, 3000).expect("there is memory");
                function.assert_works();
                function.free().expect("nobody executes it");
                if observer.is_finished() || looks.load(Ordering::Relaxed) > 100 {
                    break;
                }
            }
            is_done.store(true, Ordering::Relaxed);
            observer.join().expect("it has seen no such page");
        });
    }
}

#[test]
fn code_can_be_written_at_another_address_or_not_at_all() {
    for strategy in BOTH {
        let arena = arena(strategy);
        let mut batch = arena.batch();
        let mut draft = batch.draft(100, 16).expect("there is memory");
        let (executed, written) = (draft.address().0, draft.bytes_mut().as_ptr().addr() as u64);
        let before = access(executed).expect("it is mapped");
        drop(draft);
        let mut numbers = Numbers::new(&arena);
        let address = numbers.add(7, 100, 16).expect("there is memory");
        let functions = numbers.publish().expect("code may be executed");
        let after = (access(address), access(written));
        let (read_execute, read_write) = (Some("r-x"), Some("rw-"));
        let after = (after.0.as_deref().map(|it| &it[..3]), after.1.as_deref().map(|it| &it[..3]));
        match strategy {
            Strategy::DualMapping => {
                assert_ne!(executed, written);
                assert_eq!((&before[..3], after), ("r-x", (read_execute, read_write)));
            }
            Strategy::Flips => {
                assert_eq!(executed, written);
                assert_eq!((&before[..3], after.0), ("rw-", read_execute));
            }
        }
        functions[0].assert_works();
    }
}
