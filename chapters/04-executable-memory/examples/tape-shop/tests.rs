//! What the shop promises.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;

use ch02_stencils::CodeAddress;
use ch04_executable_memory::{InUse, Place};

use crate::shop::{ProgramId, Shop, ShopError};
use crate::tally::Tally;
use crate::work::{Day, PROGRAMS, two_threads};

fn open() -> (Arc<Tally>, Shop) {
    let tally = Arc::default();
    (Arc::clone(&tally), Shop::new(tally))
}

fn compile(shop: &Shop, source: &str) -> ProgramId {
    shop.compile("test", source).expect("there is memory")
}

fn printed(shop: &Shop, id: ProgramId) -> Vec<f64> {
    let mut values = Vec::new();
    shop.run(id, &mut |value| values.push(value)).expect("it does not fail");
    values
}

#[test]
fn two_threads_get_the_results_that_rust_gets() {
    let (_, shop) = open();
    let days = two_threads(&shop).expect("there is memory");
    let operations: [fn(f64) -> f64; 2] = [|value| value * 0.5, |value| value - 1.0];
    for (day, operation) in days.iter().zip(operations) {
        let mut expected = Day::default();
        for number in 0..PROGRAMS {
            let times = number % 7;
            let result = (0..times).fold((number % 10) as f64, |value, _| operation(value));
            expected.sum += result.abs();
            expected.counted += times as u64;
        }
        assert_eq!(*day, expected);
    }
}

#[test]
fn constants_have_all_their_bits_wherever_the_code_lies() {
    let (_, shop) = open();
    for words in 0..32 {
        let source = format!("{} 0 decrement halve print absolute print", "count ".repeat(words));
        assert_eq!(printed(&shop, compile(&shop, &source)), [-0.5, 0.5], "{source}");
    }
}

#[test]
fn each_program_counts_in_a_cell_of_its_own() {
    let (_, shop) = open();
    let [one, two] = ["count print", "count count print"].map(|source| compile(&shop, source));
    for times in 1..4 {
        assert_eq!((printed(&shop, one), printed(&shop, two)), (vec![0.0], vec![0.0]));
        assert_eq!((shop.counted(one), shop.counted(two)), (times, 2 * times));
    }
    shop.free(one).expect("nobody runs it");
    assert_eq!(shop.counted(compile(&shop, "count print")), 0);
}

#[test]
fn the_same_space_is_used_again_and_again() {
    let (tally, shop) = open();
    two_threads(&shop).expect("there is memory");
    let usage = shop.arena.usage();
    assert_eq!((usage.pieces, usage.code, usage.free), (0, 0, usage.reserved));
    let [published, bytes, freed] =
        [&tally.published, &tally.bytes, &tally.freed].map(|it| it.load(Relaxed));
    assert_eq!((published, freed), (2 * PROGRAMS, 2 * PROGRAMS));
    assert_eq!(usage.regions, 1);
    assert!(bytes > 4 * usage.populated, "{bytes} bytes of code in {}", usage.populated);
}

#[test]
fn a_program_that_goes_leaves_room_for_one_as_long() {
    let (_, shop) = open();
    let (first, _behind) = (compile(&shop, "1 halve print"), compile(&shop, "2 print"));
    let addresses = shop.addresses(first);
    shop.free(first).expect("nobody runs it");
    let second = compile(&shop, "3 halve print");
    assert_eq!(shop.addresses(second), addresses);
    assert_eq!(printed(&shop, second), [1.5]);
}

#[test]
fn a_program_is_not_freed_while_a_thread_runs_it() {
    let (tally, shop) = open();
    let [running, idle] = ["3 print 4 print", "5 print"].map(|source| compile(&shop, source));
    let mut values = Vec::new();
    let print = &mut |value| {
        let freed = thread::scope(|scope| scope.spawn(|| shop.free(running)).join().unwrap());
        assert!(matches!(freed, Err(ShopError::InUse(InUse::Root(_)))), "{freed:?}");
        values.push(value);
        if values.len() == 1 {
            shop.free(idle).expect("nobody runs it");
        }
    };
    shop.run(running, print).expect("it does not fail");
    assert_eq!(values, [3.0, 4.0], "the code is still what it was");
    assert_eq!((tally.freed.load(Relaxed), shop.arena.usage().pieces), (1, 1));
    shop.free(running).expect("nobody runs it");
}

#[test]
fn a_program_that_runs_twice_at_once_stays_until_both_have_ended() {
    let (_, shop) = open();
    let id = compile(&shop, "1 print");
    shop.run(id, &mut |_| {
        assert_eq!(printed(&shop, id), [1.0]);
        shop.free(id).expect_err("the outer one has not ended");
    })
    .expect("it does not fail");
    shop.free(id).expect("both have ended");
}

#[test]
fn the_word_that_fails_is_found_by_the_address_of_its_code() {
    let (_, shop) = open();
    let failed = |source| {
        let id = compile(&shop, source);
        shop.run(id, &mut |_| {}).expect_err("it fails").to_string()
    };
    assert_eq!(failed("left"), "failed: `test`, column 1, `left`");
    assert_eq!(failed("1 check decrement\ndecrement check"), "failed: `test`, column 29, `check`");
    assert_eq!(failed(&"right ".repeat(20)), "failed: `test`, column 91, `right`");
}

#[test]
fn at_an_address_there_is_a_program_until_it_is_freed() {
    let (_, shop) = open();
    let id = compile(&shop, "1 print");
    let start = CodeAddress(shop.addresses(id).start);
    let name = |place: Place<'_>| match place {
        Place::Code { what, .. } => Some(what.name().to_owned()),
        _ => None,
    };
    assert_eq!(shop.arena.locate(start, name), Some(Some("test".to_owned())));
    shop.free(id).expect("nobody runs it");
    assert_eq!(shop.arena.locate(start, name), Some(None), "room for code, and no code");
}

#[test]
fn what_is_no_word_is_refused_by_its_column() {
    let (tally, shop) = open();
    for source in ["1 print 12", "1 print finish", "1 print jump"] {
        let refused = shop.compile("test", source);
        assert!(matches!(refused, Err(ShopError::Word { column: 9 })), "{refused:?}");
    }
    assert_eq!(tally.published.load(Relaxed), 0);
}

#[test]
fn a_shop_that_closes_gives_its_code_back() {
    let (tally, shop) = open();
    let arena = Arc::clone(&shop.arena);
    ["1 print", "2 print"].map(|source| compile(&shop, source));
    drop(shop);
    assert_eq!((tally.freed.load(Relaxed), arena.usage().pieces), (2, 0));
    assert!(arena.trim().expect("the system takes it back") > 0, "the cells are free, too");
}
