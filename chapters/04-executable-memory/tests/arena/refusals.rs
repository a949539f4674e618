//! A system that refuses something: whatever it is, it becomes an error, nothing is
//! lost, and the arena works on.

use std::io;
use std::sync::Arc;

use ch04_executable_memory::{Arena, ArenaError, ArenaOptions, InUse, Strategy, SystemCall};

use crate::numbered::{BOTH, Numbered, Numbers, options};
use crate::watched::{Call, Watched};

/// How many bytes a function has here: more than a batch takes at a time.
const BYTES: usize = 70_000;

/// A system, and an arena on it whose regions are as large as they have to be: there
/// are no smaller ones that would do.
fn small_arena(strategy: Strategy) -> (Arc<Watched>, Arc<Arena>) {
    let pages = Arc::new(Watched::default());
    let sizes = ArenaOptions { first_region: 1, largest_region: 1, ..options(strategy) };
    let arena = Arena::new(pages.clone(), sizes);
    (pages, arena)
}

/// Does everything that an arena is asked for. What is published at the end is in
/// `functions`, also if something is refused.
fn live(arena: &Arc<Arena>, functions: &mut Vec<Numbered>) -> Result<(), ArenaError> {
    let cells = arena.cells(1024)?;
    publish(arena, functions)?;
    functions.iter().for_each(Numbered::assert_works);
    for _ in 0..4 {
        free(functions, 0)?;
    }
    publish(arena, functions)?;
    functions.iter().for_each(Numbered::assert_works);
    drop(cells);
    while !functions.is_empty() {
        free(functions, 0)?;
    }
    arena.trim().map(|_| ())
}

/// Publishes a batch for which several regions are needed.
fn publish(arena: &Arc<Arena>, functions: &mut Vec<Numbered>) -> Result<(), ArenaError> {
    let mut numbers = Numbers::new(arena);
    for number in 0..3 {
        numbers.add(number, BYTES, 16)?;
        numbers.add(number + 100, 5000, 64)?;
    }
    functions.extend(numbers.publish()?);
    Ok(())
}

/// Frees one of the functions, if that is not refused.
fn free(functions: &mut Vec<Numbered>, index: usize) -> Result<(), ArenaError> {
    match functions.swap_remove(index).free() {
        Ok(()) => Ok(()),
        Err((function, InUse::Refused(error))) => {
            functions.push(function);
            Err(error)
        }
        Err((_, InUse::Root(root))) => panic!("there are no roots, and yet {root:?}"),
    }
}

/// Lives with the rule, then again without it; returns the error of the first time
/// and what was refused.
fn live_with(
    strategy: Strategy,
    rule: impl FnMut(&Call) -> bool + Send + 'static,
) -> (Result<(), ArenaError>, Vec<Call>) {
    let (pages, arena) = small_arena(strategy);
    let mut functions = Vec::new();
    pages.refuse(rule);
    let result = live(&arena, &mut functions);
    let refused = pages.relent();
    functions.drain(..).for_each(|function| {
        function.assert_works();
        function.free().expect("nothing is refused any more");
    });
    let usage = arena.usage();
    let is_complete = usage.free == usage.reserved;
    // What was to be taken back when that was refused, too, is lost until the trim.
    assert!(is_complete || refused.len() > 1, "{usage:?} after {refused:?}");
    assert_eq!(usage.pieces, 0);
    live(&arena, &mut functions).expect("nothing is refused any more");
    drop(arena);
    assert_eq!(pages.reserved(), [], "after {refused:?}: {result:?}");
    assert_eq!(pages.trespasses(), []);
    (result, refused)
}

/// The service that an error is about.
fn call(error: &ArenaError) -> SystemCall {
    match error {
        ArenaError::System { call, .. } => *call,
        other => panic!("the system has nothing to do with this: {other}"),
    }
}

/// Refuses each call in turn; returns which services were refused, and of which there
/// was an error.
fn refuse_each(strategy: Strategy) -> (Vec<SystemCall>, Vec<SystemCall>) {
    let (mut refused_calls, mut errors) = (Vec::new(), Vec::new());
    for turn in 0.. {
        let mut calls = 0;
        let (result, refused) = live_with(strategy, move |_| {
            calls += 1;
            calls == turn + 1
        });
        match (result, &refused[..]) {
            (Ok(()), []) => break,
            (Ok(()), [refused]) => refused_calls.push(refused.call),
            (Err(error), [refused]) => {
                assert_eq!(call(&error), refused.call, "{error}");
                assert_eq!(error.kind(), io::ErrorKind::OutOfMemory);
                refused_calls.push(refused.call);
                errors.push(refused.call);
            }
            more => panic!("one call was to be refused: {more:?}"),
        }
    }
    (refused_calls, errors)
}

/// Asserts that there was an error for each refused call, and that these were
/// refused, and not the one.
fn assert_refused(strategy: Strategy, services: &[SystemCall], never: SystemCall) {
    let (refused, errors) = refuse_each(strategy);
    assert_eq!(refused, errors, "no call is made in vain");
    for service in services {
        assert!(errors.contains(service), "{service} was never refused");
    }
    assert!(!errors.contains(&never), "{never} is not needed");
}

/// Services that all arenas need.
const COMMON: [SystemCall; 5] = [
    SystemCall::Reserve,
    SystemCall::Map,
    SystemCall::Populate,
    SystemCall::Unmap,
    SystemCall::Synchronize,
];

#[test]
fn with_two_mappings_each_refused_call_is_an_error_and_nothing_is_lost() {
    let services = [&COMMON[..], &[SystemCall::Share, SystemCall::Lock]].concat();
    assert_refused(Strategy::DualMapping, &services, SystemCall::Protect);
}

#[test]
fn with_flips_each_refused_call_is_an_error_and_nothing_is_lost() {
    let services = [&COMMON[..], &[SystemCall::Protect]].concat();
    assert_refused(Strategy::Flips, &services, SystemCall::Share);
}

#[test]
fn from_any_call_on_the_system_may_refuse_everything_but_to_take_memory_back() {
    for strategy in BOTH {
        for first in 1.. {
            let mut calls = 0;
            let (result, refused) = live_with(strategy, move |call| {
                calls += 1;
                calls >= first && call.call != SystemCall::Unmap
            });
            if refused.is_empty() {
                result.expect("nothing is refused");
                break;
            }
            let error = result.expect_err("something is refused");
            assert!(refused.iter().any(|refused| refused.call == call(&error)), "{error}");
        }
    }
}

#[test]
fn each_service_may_be_refused_from_any_time_on() {
    for strategy in BOTH {
        for service in [
            SystemCall::Reserve,
            SystemCall::Share,
            SystemCall::Lock,
            SystemCall::Map,
            SystemCall::Populate,
            SystemCall::Protect,
            SystemCall::Synchronize,
        ] {
            for first in 1.. {
                let mut calls = 0;
                let (result, refused) = live_with(strategy, move |call| {
                    calls += usize::from(call.call == service);
                    call.call == service && calls >= first
                });
                if refused.is_empty() {
                    result.expect("nothing is refused");
                    break;
                }
                assert_eq!(call(&result.expect_err("it is refused")), service);
            }
        }
    }
}

#[test]
fn an_error_says_which_call_it_was_and_how_much_it_was_about() {
    let (pages, arena) = small_arena(Strategy::DualMapping);
    pages.refuse(|call| call.call == SystemCall::Share);
    let error = arena.batch().draft(100_000, 16).expect_err("it is refused");
    assert_eq!(error.to_string(), "memfd_create of 102400 bytes: out of memory");
    let error = io::Error::from(error);
    assert_eq!(error.kind(), io::ErrorKind::OutOfMemory);
}

#[test]
fn where_there_is_no_room_for_a_large_region_there_may_be_for_a_smaller_one() {
    for strategy in BOTH {
        let pages = Arc::new(Watched::default());
        let arena = Arena::new(pages.clone(), options(strategy));
        pages.refuse(|call| call.call == SystemCall::Reserve && call.bytes > 200_000);
        let mut functions = Vec::new();
        publish(&arena, &mut functions).expect("there is room for one");
        functions.iter().for_each(Numbered::assert_works);
        assert!(arena.usage().reserved < 200_000 * arena.usage().regions);
    }
}
